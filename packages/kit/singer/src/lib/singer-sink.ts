import {
  type CallOptions,
  type ChangeEvent,
  type Clock,
  DataverseError,
  type Sink,
  systemClock,
} from '@deltaverse/core'
import { formatExactJson, type TableSchema } from '@deltaverse/schema'
import { createRecordText, type RecordText } from './record-text.js'
import { type DecimalForm, streamSchema } from './stream-schema.js'

/** Where a sink stands: the version that its records carry. */
export interface SingerPosition {
  readonly version: number
}

export interface SingerSinkOptions {
  /** Name of the stream. */
  readonly stream: string
  /** Takes lines without their line feeds; waited for. */
  readonly write: (lines: readonly string[]) => void | Promise<void>
  /** How decimals go. Default: `text`. */
  readonly decimals?: DecimalForm | undefined
  /**
   * Whether records carry a version, and a read of the whole table ends with `ACTIVATE_VERSION`, so that a target lets go of rows which
   * are gone. Default: `true`.
   */
  readonly versions?: boolean | undefined
  /** Time of extraction. Default: the machine's. */
  readonly clock?: Clock | undefined
}

/**
 * Creates a sink that prints a table as one stream of Singer: its schema, a record for each change, a deletion as a record with
 * `_sdc_deleted_at`. What is printed cannot be taken back: behind a crash records come again, as Singer's targets expect.
 */
export function createSingerSink(options: SingerSinkOptions): Sink<SingerPosition> {
  const { stream, write, decimals = 'text', versions = true, clock = systemClock } = options
  const head = `{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`
  let version = 0
  let textOf: RecordText | undefined
  let isOpen = false

  function linesOf(events: readonly ChangeEvent[]): string[] {
    const now = new Date(clock.now()).toISOString()
    const lines: string[] = []
    for (const event of events) {
      switch (event.kind) {
        case 'reset':
          // Versions only have to grow, and a lost state must not begin with small ones again.
          version = Math.max(clock.now(), version + 1)
          break
        case 'complete':
          if (versions) lines.push(JSON.stringify({ type: 'ACTIVATE_VERSION', stream, version }))
          break
        case 'upserted':
        case 'deleted':
          lines.push(
            `${head}${record(event, now)},"time_extracted":"${now}"${versions ? `,"version":${version}` : ''}}`,
          )
          break
        case 'checkpoint':
          break
      }
    }
    return lines
  }

  function record(...args: Parameters<RecordText>): string {
    if (textOf !== undefined) return textOf(...args)
    throw new DataverseError(
      `the stream ${stream} has no schema: call applySchema() before write(), or use a source that tells its schema`,
      { code: 'sink-mismatch' },
    )
  }

  function requireOpen(call: CallOptions | undefined): void {
    call?.signal?.throwIfAborted()
    if (!isOpen) throw new TypeError('open() the sink first')
  }

  return {
    async open(position, call) {
      call?.signal?.throwIfAborted()
      if (position !== undefined && !Number.isSafeInteger(position?.version)) {
        throw new DataverseError(
          `the state of the stream ${stream} holds no version: it is not of this sink. Run without it to read everything anew.`,
          {
            code: 'checkpoint-invalid',
          },
        )
      }
      version = position?.version ?? clock.now()
      isOpen = true
    },
    async applySchema(schema, call) {
      requireOpen(call)
      textOf = createRecordText(schema, decimals)
      await write([schemaLine(stream, schema, decimals)])
    },
    async write(events, call) {
      requireOpen(call)
      const lines = linesOf(events)
      if (lines.length > 0) await write(lines)
    },
    async commit(call) {
      requireOpen(call)
      return { version }
    },
    async close() {
      isOpen = false
    },
  }
}

function schemaLine(stream: string, table: TableSchema, decimals: DecimalForm): string {
  const { schema, keyProperties } = streamSchema(table, decimals)
  return formatExactJson({ type: 'SCHEMA', stream, schema, key_properties: keyProperties })
}
