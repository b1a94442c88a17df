import type { ChangeEvent, CheckpointStore, Sink, SyncState } from '@deltaverse/core'
import type { Delivery, Tell } from './trace.js'

/** A sink whose deliveries are told before it takes them. */
export function observedSink<Position>(sink: Sink<Position>, tell: Tell): Sink<Position> {
  return {
    open: (...all) => sink.open(...all),
    async write(events, call) {
      tell({ kind: 'delivering', events: events.map(deliveryOf).filter((each) => each !== undefined) })
      await sink.write(events, call)
    },
    commit: (call) => sink.commit(call),
    close: () => sink.close(),
  }
}

/** A store that tells which state it gave and which it took. */
export function observedStore(store: CheckpointStore, tell: Tell): CheckpointStore {
  const acquire = store.acquire?.bind(store)
  return {
    async load(name, call) {
      const stored = await store.load(name, call)
      tell({ kind: 'loaded', state: stored === undefined ? null : textOf(stored.state) })
      return stored
    },
    async save(name, state, revision, call) {
      tell({ kind: 'saving', state: textOf(state) })
      const saved = await store.save(name, state, revision, call)
      tell({ kind: 'saved' })
      return saved
    },
    ...(acquire !== undefined && { acquire }),
  }
}

function deliveryOf(event: ChangeEvent): Delivery | undefined {
  switch (event.kind) {
    case 'upserted':
      return { kind: 'row', id: event.id, version: event.rowVersion ?? '' }
    case 'deleted':
      return { kind: 'deletion', id: event.id }
    case 'reset':
    case 'complete':
      return { kind: event.kind, epoch: event.epoch }
    default:
      return undefined
  }
}

/** The same text for the same state, whatever the order of its members. */
function textOf(state: SyncState): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  )
}
