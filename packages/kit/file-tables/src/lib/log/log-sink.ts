import {
  type CallOptions,
  type ColumnPatch,
  type HeldRow,
  type PatchableSink,
  type ReadableSink,
  routeEvents,
  type Sink,
  type SinkOpenOptions,
} from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'
import { underLease } from '../fence.js'
import { folderStore } from '../object-store.js'
import { requireOpen } from '../require-open.js'
import type { LogSettings } from '../table-files.js'
import { heldInLog } from './held-in-log.js'
import { readLogManifest } from './log-manifest.js'
import { type LogPosition, requireLogPosition } from './log-position.js'
import type { LogSession } from './log-session.js'
import { openLog } from './open-log.js'

type LogSink = Sink<LogPosition> & ReadableSink & Partial<PatchableSink>

/** Changes as records in numbered files, with a manifest that tells what they hold. */
export function createLogSink(settings: LogSettings): LogSink {
  const { files, directory, name } = settings
  let session: LogSession | undefined

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    await closing?.close()
  }

  const sink: LogSink = {
    async open(position, call: SinkOpenOptions = {}) {
      call.signal?.throwIfAborted()
      await close()
      const at = position === undefined ? undefined : requireLogPosition(position)
      session = await openLog(underLease(settings, call.lease), at, call.lease)
    },
    async write(events, call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      await routeEvents(events, requireOpen(session))
    },
    async commit(call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      return await requireOpen(session).commit()
    },
    close,
    async *held(call: CallOptions = {}): AsyncGenerator<readonly HeldRow[]> {
      call.signal?.throwIfAborted()
      const reads =
        session?.committed ?? (await readLogManifest(folderStore(files, directory), name))?.reads ?? []
      yield* heldInLog(settings, reads, call)
    },
  }
  // A source is asked for its columns only where the format has to know them.
  const whole: LogSink = settings.format.needsSchema ? { ...sink, applySchema } : sink
  return settings.format.patches === undefined ? whole : { ...whole, patch }

  async function patch({ rows }: ColumnPatch, call: CallOptions = {}): Promise<void> {
    call.signal?.throwIfAborted()
    await requireOpen(session).patch(rows)
  }

  async function applySchema(schema: TableSchema, call: CallOptions = {}): Promise<void> {
    call.signal?.throwIfAborted()
    requireOpen(session).useSchema(schema)
  }
}
