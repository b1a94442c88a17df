import type {
  ChangeEvent,
  CheckpointStore,
  PatchableSink,
  Sink,
  SyncState,
  TransactionalSink,
} from '@deltaverse/core'
import type { Delivery, Tell } from './trace.js'

/** A sink whose deliveries are told before it takes them; of one that keeps the state itself, the states too. */
export function observedSink<S extends Sink | TransactionalSink>(sink: S, tell: Tell): S {
  return {
    ...sink,
    async write(events: readonly ChangeEvent[], call?: Parameters<Sink['write']>[1]) {
      tell({ kind: 'delivering', events: events.map(deliveryOf).filter((each) => each !== undefined) })
      await sink.write(events, call)
    },
    ...('commitWith' in sink && observedStates(sink, tell)),
    ...('patch' in sink && observedPatches(sink as S & PatchableSink, tell)),
  }
}

function observedPatches(sink: PatchableSink, tell: Tell): Pick<PatchableSink, 'patch'> {
  return {
    async patch(patch, call) {
      const events = patch.rows.map(
        ({ id, rowVersion }): Delivery => ({ kind: 'patch', id, version: rowVersion ?? '' }),
      )
      tell({ kind: 'delivering', events })
      await sink.patch(patch, call)
    },
  }
}

function observedStates(
  sink: TransactionalSink,
  tell: Tell,
): Pick<TransactionalSink, 'loadState' | 'commitWith'> {
  return {
    async loadState(name, call) {
      const stored = await sink.loadState(name, call)
      tell({ kind: 'loaded', state: stored === undefined ? null : textOf(withoutPosition(stored.state)) })
      return stored
    },
    async commitWith(name, state, revision, call) {
      tell({ kind: 'saving', state: textOf(withoutPosition(state)) })
      const committed = await sink.commitWith(name, state, revision, call)
      tell({ kind: 'saved' })
      return committed
    },
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

/** A sink adds its position to the state, so it is not known before. */
function withoutPosition(state: Omit<SyncState, 'position'>): object {
  const { position: _, ...rest } = state as SyncState
  return rest
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
function textOf(state: object): string {
  return JSON.stringify(state, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  )
}
