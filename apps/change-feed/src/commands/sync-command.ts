import type { DataverseClient } from '@deltaverse/client'
import { systemClock } from '@deltaverse/core'
import { describeTable } from '@deltaverse/dataverse'
import { makeFolder, nodeFiles } from '@deltaverse/durable-files'
import { connect, disconnect } from 'deltaverse/connect'
import { chooseCredential, describeError, exitCodes, type Terminal } from 'deltaverse/program'
import {
  createProgress,
  createReadMeter,
  type Progress,
  type RunReport,
  type TableReport,
  tellClientEvent,
} from 'deltaverse/report'
import pLimit from 'p-limit'
import { runTable } from '../lib/run-table.js'
import type { SyncSettings } from './settings.js'

export interface CommandContext {
  readonly terminal: Terminal
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads the tables of an environment to files, several at once. A table that fails does not stop the others. */
export async function runSyncCommand(settings: SyncSettings, context: CommandContext): Promise<RunReport> {
  const { terminal, signal, env } = context
  const client = connect({
    url: settings.url,
    credential: await chooseCredential(settings, env, terminal.say),
    allowInsecureHttp: settings.allowInsecureHttp,
    userAgent: 'deltaverse-change-feed',
    onEvent: (event) => tellClientEvent(event, terminal.say),
  })
  try {
    await makeFolder(nodeFiles, settings.out)
    // A table that is followed never makes room for another one.
    const limit = pLimit(settings.follow === undefined ? settings.concurrency : settings.tables.length)
    const progress = createProgress(settings.tables.join(', '), () => systemClock.now())
    const taken = new Set<string>()
    const tables = await Promise.all(
      settings.tables.map((name) =>
        limit(() => readTable(client, name, taken, { settings, context, progress })),
      ),
    )
    return summarize(tables.filter((table) => table !== undefined))
  } finally {
    await disconnect(client, signal)
  }
}

interface Run {
  readonly settings: SyncSettings
  readonly context: CommandContext
  readonly progress: Progress
}

async function readTable(
  client: DataverseClient,
  name: string,
  taken: Set<string>,
  { settings, context, progress }: Run,
): Promise<TableReport | undefined> {
  const { terminal, signal } = context
  const meter = createReadMeter(() => systemClock.now())
  let entitySet: string
  try {
    entitySet = (await describeTable(meter.count(client), name, { signal })).entitySet
  } catch (error) {
    if (signal.aborted) return undefined
    return { table: name, ...meter.figures(), error: describeError(error) }
  }
  if (taken.has(entitySet)) {
    terminal.say(`${name}: is ${entitySet}, which is read already`)
    return undefined
  }
  taken.add(entitySet)
  const report = await runTable(client, {
    name,
    directory: settings.out,
    commitBytes: settings.commitBytes,
    lockWaitMs: settings.lockWaitMs,
    feed: {
      entitySet,
      select: settings.select,
      annotations: settings.annotations,
      pageSize: settings.pageSize,
      maxRecordBytes: settings.maxRecordBytes,
      onMismatch: settings.onMismatch,
    },
    files: settings.files,
    restart: settings.restart,
    maxDeleteShare: settings.maxDeleteShare,
    follow: settings.follow,
    signal,
    clock: systemClock,
    terminal,
    progress,
  })
  // The others may go on for days before the report is printed.
  if (settings.follow !== undefined && report.error !== undefined) {
    terminal.say(`${entitySet}: failed, and is not followed any more: ${report.error.message}`)
  }
  return report
}

function summarize(tables: readonly TableReport[]): RunReport {
  const failed = tables.filter((table) => table.error !== undefined).length
  const exitCode =
    failed === 0 ? exitCodes.done : failed === tables.length ? exitCodes.failed : exitCodes.partlyFailed
  return { ok: failed === 0, exitCode, tables }
}
