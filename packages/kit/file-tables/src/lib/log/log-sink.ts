import {
  type CallOptions,
  type HeldRow,
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

/** Changes as records in numbered files, with a manifest that tells what they hold. */
export function createLogSink(settings: LogSettings): Sink<LogPosition> & ReadableSink {
  const { files, directory, name } = settings
  let session: LogSession | undefined

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    await closing?.close()
  }

  const sink: Sink<LogPosition> & ReadableSink = {
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
  return settings.format.needsSchema ? { ...sink, applySchema } : sink

  async function applySchema(schema: TableSchema, call: CallOptions = {}): Promise<void> {
    call.signal?.throwIfAborted()
    requireOpen(session).useSchema(schema)
  }
}
