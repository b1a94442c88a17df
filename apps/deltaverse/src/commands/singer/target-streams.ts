import { createKeyResolver, type KeyResolver } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { describeTable, type WriteOperation } from '@deltaverse/dataverse'
import type { SingerMessage } from '@deltaverse/singer'
import { UsageError } from '../../program/usage-error.js'
import { parseMapFlag } from '../../push/parse-map-flag.js'
import { planMapping } from '../../push/plan-mapping.js'
import {
  type FailedRecord,
  type StreamRecord,
  type StreamRows,
  type StreamTarget,
  startStreamRows,
} from './stream-rows.js'

type SchemaMessage = Extract<SingerMessage, { type: 'SCHEMA' }>
type RecordMessage = Extract<SingerMessage, { type: 'RECORD' }>

/** What a config says of one stream. */
interface StreamConfig {
  readonly stream: string
  readonly table?: string | undefined
  readonly key?: readonly string[] | undefined
  readonly map: readonly string[]
  readonly deletions: 'ignore' | 'deactivate' | 'delete'
}

export interface TargetStreamsOptions {
  readonly streams: readonly StreamConfig[]
  readonly signal: AbortSignal
  readonly onDone: (record: StreamRecord) => Promise<void>
  readonly onFailed: (failed: FailedRecord, table: string) => Promise<void>
}

/** The streams of a run, each on its way to its table. */
export interface TargetStreams {
  /** @throws UsageError for a stream that no table takes */
  schema(message: SchemaMessage): Promise<void>
  /** @throws UsageError for a record before its schema */
  record(message: RecordMessage, place: { readonly number: number; readonly line: number }): Promise<void>
  /** Writes once more what pointed at a row that was missing. */
  retry(failed: readonly FailedRecord[]): Promise<void>
  /** Resolves once every record is settled. */
  end(): Promise<void>
}

interface OpenStream {
  readonly name: string
  readonly target: StreamTarget
  readonly deletions: StreamConfig['deletions']
  rows: StreamRows | undefined
}

const deletedColumn = '_sdc_deleted_at'

export function createTargetStreams(client: DataverseClient, options: TargetStreamsOptions): TargetStreams {
  const { streams: configs, signal, onDone, onFailed } = options
  const streams = new Map<string, OpenStream>()
  let resolver = createKeyResolver(client)
  /** Streams by the records that failed, so that they can be tried once more. */
  const streamOf = new WeakMap<StreamRecord, OpenStream>()

  function start(stream: OpenStream, operation: WriteOperation, by: KeyResolver): StreamRows {
    return startStreamRows(client, {
      resolver: by,
      target: stream.target,
      operation,
      signal,
      onDone,
      onFailed: (failed) => onFailed(failed, stream.target.table.logicalName),
    })
  }

  /** What was begun by another operation ends first, so that a row which comes again behind its deletion stays. */
  async function rowsFor(stream: OpenStream, operation: WriteOperation): Promise<StreamRows> {
    if (stream.rows?.operation !== operation) {
      await stream.rows?.end()
      stream.rows = start(stream, operation, resolver)
    }
    return stream.rows as StreamRows
  }

  async function push(stream: OpenStream, record: StreamRecord): Promise<void> {
    streamOf.set(record, stream)
    const isGone = (record.values[deletedColumn] ?? null) !== null
    if (isGone && stream.deletions === 'ignore') return await onDone(record)
    const rows = await rowsFor(stream, isGone ? (stream.deletions as 'delete' | 'deactivate') : 'upsert')
    await rows.push(isGone ? { ...record, values: keyValues(stream, record.values) } : record)
  }

  async function end(): Promise<void> {
    for (const stream of streams.values()) {
      await stream.rows?.end()
      stream.rows = undefined
    }
  }

  return {
    async schema(message) {
      const { stream: name } = message
      await streams.get(name)?.rows?.end()
      const config = configs.find(({ stream }) => stream === name)
      const target = await targetOf(client, message, config, resolver, signal)
      streams.set(name, { name, target, deletions: config?.deletions ?? 'ignore', rows: undefined })
    },
    async record({ stream: name, record }, place) {
      const stream = streams.get(name)
      if (stream === undefined)
        throw new UsageError(
          `line ${place.line} of the messages is a RECORD of the stream ${name} before its SCHEMA`,
        )
      await push(stream, { ...place, values: record })
    },
    async retry(failed) {
      // What was missing is remembered as missing by the old one.
      resolver = createKeyResolver(client)
      for (const { record } of failed) {
        const stream = streamOf.get(record)
        if (stream !== undefined) await push(stream, { ...record, isSecondTry: true })
      }
      await end()
    },
    end,
  }
}

/** Of a row that is gone nothing but its key means anything. */
function keyValues({ target }: OpenStream, values: StreamRecord['values']): StreamRecord['values'] {
  const from = new Set(
    target.mapping.filter(({ column }) => target.key.includes(column)).map((each) => each.from),
  )
  return Object.fromEntries(Object.entries(values).filter(([name]) => from.has(name)))
}

async function targetOf(
  client: DataverseClient,
  { stream, schema, key_properties: keys = [] }: SchemaMessage,
  config: StreamConfig | undefined,
  resolver: KeyResolver,
  signal: AbortSignal,
): Promise<StreamTarget> {
  const { logicalName } = await describeTable(client, config?.table ?? stream, { signal })
  const table = await resolver.metadata.table(logicalName, { signal })
  const columns = Object.keys(schema.properties).filter((name) => !name.startsWith('_sdc_'))
  const given = (config?.map ?? []).map(parseMapFlag)
  const mapping = planMapping(table, columns, { given, byName: true })
  const columnOf = (name: string): string => mapping.find(({ from }) => from === name)?.column ?? name
  const key = config?.key ?? keys.map(columnOf)
  if (key.length === 0) {
    throw new UsageError(
      `the stream ${stream} has no key_properties: name the columns that tell rows apart in the config, { "stream": "${stream}", "key": ["…"] }`,
    )
  }
  const lacking = key.find((column) => !mapping.some((each) => each.column === column))
  if (lacking !== undefined)
    throw new UsageError(`the stream ${stream} does not fill its key column ${lacking}`)
  return { table, key, mapping }
}
