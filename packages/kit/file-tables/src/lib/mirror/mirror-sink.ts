import {
  type CallOptions,
  type HeldRow,
  type PatchableSink,
  type ReadableSink,
  routeEvents,
  type Sink,
  type SinkOpenOptions,
} from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'
import { underLease } from '../fence.js'
import { requireOpen } from '../require-open.js'
import type { MirrorSettings } from '../table-files.js'
import { heldInPosition, heldInPublished } from './held-in-mirror.js'
import { type MirrorPosition, requireMirrorPosition } from './mirror-position.js'
import type { MirrorSession } from './mirror-session.js'
import { nothing } from './mirror-state.js'
import { openMirror } from './open-mirror.js'

type MirrorSink = Sink<MirrorPosition> & ReadableSink & PatchableSink

/** The table's rows as one file that is replaced, as a whole, when a read has ended. */
export function createMirrorSink(settings: MirrorSettings): MirrorSink {
  let session: MirrorSession | undefined

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    await closing?.close()
  }

  const sink: MirrorSink = {
    async open(position, call: SinkOpenOptions = {}) {
      call.signal?.throwIfAborted()
      await close()
      const at = position === undefined ? nothing : requireMirrorPosition(position)
      session = await openMirror(underLease(settings, call.lease), at, call.lease)
    },
    async write(events, call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      await routeEvents(events, requireOpen(session))
    },
    async patch({ rows }, call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      await requireOpen(session).patch(rows)
    },
    async commit(call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      return await requireOpen(session).commit(call.signal)
    },
    close,
    async *held(call: CallOptions = {}): AsyncGenerator<readonly HeldRow[]> {
      call.signal?.throwIfAborted()
      if (session === undefined) yield* heldInPublished(settings, call)
      else yield* heldInPosition(settings, session.folder, session.committed, call)
    },
  }
  // A source is asked for its columns only where the format has to know them.
  return settings.format.needsSchema ? { ...sink, applySchema } : sink

  async function applySchema(schema: TableSchema, call: CallOptions = {}): Promise<void> {
    call.signal?.throwIfAborted()
    requireOpen(session).useSchema(schema)
  }
}
