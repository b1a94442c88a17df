import { resolve } from 'node:path'
import type { ConnectorSettings } from '@deltaverse/core'
import { nearestName } from '@deltaverse/options'
import { milliseconds } from '../command-line/network-flags.js'
import type { PullSettings } from '../commands/pull/run-pull.js'
import type { RunPushSettings } from '../commands/push/run-push.js'
import type { EnvironmentSettings } from '../environment/open-environment.js'
import type { ColumnMapping } from '../push/column-mapping.js'
import { type SinkSettings, toSinkSettings } from '../sink/sink-settings.js'
import { type SourceFormat, sourceFormats } from '../sources/source-settings.js'
import { queryChoice, readFetchXml } from '../tables/query-choice.js'
import type { ColumnEntry, EnvironmentEntry, PullEntry, PushEntry } from './job-file.js'
import { jobFileProblem } from './job-file-problem.js'
import type { OpenedJobFile } from './read-job-file.js'

/** A job that brings tables out, as the command `pull` takes it. @throws UsageError with its place */
export async function toPullSettings(
  file: OpenedJobFile,
  name: string,
  job: PullEntry,
): Promise<PullSettings> {
  const {
    from,
    tables,
    concurrency = file.content.limits?.tables ?? 4,
    commitBytes = 64 * 1024 * 1024,
    lockWaitSeconds = 30,
    ...feed
  } = job.pull
  return {
    environment: environmentOf(file, from, ['jobs', name, 'pull', 'from']),
    tables: Object.entries(tables).map(([table, terms]) => {
      const { columns, query, fetchXml, ...own } = terms ?? {}
      if (query !== undefined) return queryChoice(query, table)
      if (fetchXml !== undefined) return queryChoice(readFetchXml(resolve(file.folder, fetchXml)), table)
      return { name: table, columns, feed: { ...feed, ...own } }
    }),
    sink: await sinkOf(file, job.to, ['jobs', name, 'to']),
    annotations: typeof feed.annotations === 'string' ? [feed.annotations] : feed.annotations,
    pageSize: feed.pageSize,
    concurrency,
    follow: undefined,
    restart: false,
    onMismatch: 'refuse',
    commitBytes,
    lockWaitMs: lockWaitSeconds * 1000,
    maxDeleteShare: job.maxDeleteShare ?? 0.5,
  }
}

/** A job that brings rows in, as the command `push` takes it. @throws UsageError with its place */
export function toPushSettings(file: OpenedJobFile, name: string, job: PushEntry): RunPushSettings {
  const { from, to, table, key, operation = 'upsert', batchSize, ...writer } = job.push
  const format = sourceFormats.find((each) => each in from) as SourceFormat
  const path = String(from[format])
  const { empty, decimal, dateFormat, timeZone } = job
  return {
    environment: environmentOf(file, to, ['jobs', name, 'push', 'to']),
    source: { ...from, format, path: path === '-' ? path : resolve(file.folder, path) },
    table,
    key: typeof key === 'string' ? [key] : key,
    operation,
    mapping: Object.entries(job.columns ?? {}).map(([column, entry]) =>
      toMapping(file, ['jobs', name, 'columns', column], column, entry),
    ),
    byName: job.columns === undefined,
    defaults: { empty, decimal, format: dateFormat, timeZone },
    missing: job.missing ?? 'ignore',
    maxDeleteShare: job.maxDeleteShare ?? 0.5,
    deadLetters: job.deadLetters && resolve(file.folder, job.deadLetters),
    state: resolve(file.folder, job.state ?? '.deltaverse'),
    batchSize,
    writer,
  }
}

function toMapping(
  file: OpenedJobFile,
  names: readonly string[],
  column: string,
  entry: ColumnEntry,
): ColumnMapping {
  if (typeof entry === 'string') return { column, from: entry }
  const { find, label: _, ...terms } = entry
  if (entry.from === undefined && entry.value === undefined) {
    throw jobFileProblem(
      file.path,
      file.placeOf(names),
      `${column} needs from, a column of the source, or value`,
    )
  }
  if (find === undefined) return { column, ...terms }
  const [table, by, ...rest] = find.split('.')
  if (table === undefined || by === undefined || by === '' || rest.length > 0) {
    throw jobFileProblem(
      file.path,
      file.placeOf([...names, 'find']),
      `find takes table.column such as account.accountnumber, not "${find}"`,
    )
  }
  return { column, ...terms, find: { table, column: by } }
}

function environmentOf(file: OpenedJobFile, name: string, names: readonly string[]): EnvironmentSettings {
  const entry = connectionOf(file, name, names)
  if (!('dataverse' in entry)) {
    throw jobFileProblem(
      file.path,
      file.placeOf(names),
      `${name} is no environment: its connection has no dataverse`,
    )
  }
  const {
    dataverse: url,
    ca,
    connectTimeoutSeconds,
    headersTimeoutSeconds,
    bodyTimeoutSeconds,
    ...signIn
  } = entry as unknown as EnvironmentEntry
  return {
    url,
    ...signIn,
    ca: ca && resolve(file.folder, ca),
    connectTimeoutMs: milliseconds(connectTimeoutSeconds),
    headersTimeoutMs: milliseconds(headersTimeoutSeconds),
    bodyTimeoutMs: milliseconds(bodyTimeoutSeconds),
  }
}

function connectionOf(
  { path, content, placeOf }: OpenedJobFile,
  name: string,
  names: readonly string[],
): ConnectorSettings {
  const entry = content.connections[name]
  if (entry !== undefined) return entry
  const known = Object.keys(content.connections)
  const nearest = nearestName(name, known)
  const remedy = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`
  throw jobFileProblem(path, placeOf(names), `there is no connection ${name}; ${remedy}`)
}

async function sinkOf(
  file: OpenedJobFile,
  to: string | Readonly<Record<string, unknown>>,
  names: readonly string[],
): Promise<SinkSettings> {
  const { connectorNames, loadConnector } = await import('@deltaverse/registry')
  const entry = typeof to === 'string' ? connectionOf(file, to, names) : to
  const kind = connectorNames.find((each) => each in entry)
  if (kind === undefined) {
    throw jobFileProblem(file.path, file.placeOf(names), `a sink is one of ${connectorNames.join(', ')}`)
  }
  const connector = await loadConnector(kind)
  const { [kind]: named, ...options } = entry
  const known = typeof to === 'string' ? undefined : file.content.connections[String(named)]
  const { [kind]: address = named, ...shared } = known ?? {}
  const option = connector.address?.option ?? kind
  return toSinkSettings(connector, {
    ...shared,
    ...options,
    [option]: absolute(file, option, String(address)),
  })
}

/** A path is one of the file's folder, whoever runs it from where. */
function absolute({ folder }: OpenedJobFile, option: string, address: string): string {
  return option === 'directory' || option === 'file' ? resolve(folder, address) : address
}
