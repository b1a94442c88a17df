import { isDeepStrictEqual } from 'node:util'
import {
  type CallOptions,
  type CheckpointStore,
  DataverseError,
  type Lease,
  parseSyncState,
  type Sink,
  type StoredState,
  type SyncState,
  type TransactionalSink,
} from '@deltaverse/core'
import type { SyncSettings } from '../sync-options.js'

/** Everything of a state but what the sink says. */
type StateToSave = Omit<SyncState, 'position'>

/** Makes what a sink holds durable and keeps the state that belongs to it, in a store or in the sink's own transaction. */
export interface StateKeeper<Position> {
  /**
   * The state saved last.
   *
   * @throws DataverseError `conflict` when somebody else saved one since this keeper looked, `checkpoint-invalid`
   */
  load(call: CallOptions): Promise<SyncState<Position> | undefined>
  /** Commits the sink, then saves the state with the sink's position. */
  commit(state: StateToSave, call: CallOptions): Promise<SyncState<Position>>
  /** Absent where nobody can be kept out. */
  readonly acquire?: ((call: CallOptions) => Promise<Lease>) | undefined
}

interface Way<Position> {
  load(call: CallOptions): Promise<StoredState<Position> | undefined>
  save(
    state: StateToSave,
    expected: string | undefined,
    call: CallOptions,
  ): Promise<{ readonly position: Position; readonly revision: string }>
}

/** @throws TypeError when nobody would keep the state */
export function createStateKeeper<Position, R extends object>(
  options: Pick<SyncSettings<Position, R>, 'name' | 'sink' | 'checkpoints' | 'onStep'>,
): StateKeeper<Position> {
  const { name, sink, checkpoints, onStep } = options
  if (checkpoints !== undefined) {
    const acquire = checkpoints.acquire?.bind(checkpoints, name)
    return { ...keepBy(name, wayOfStore(name, sink, checkpoints, onStep)), acquire }
  }
  if (!isTransactional(sink)) {
    throw new TypeError(
      'sync() needs checkpoints, a store that keeps the state: this sink does not keep it itself',
    )
  }
  const acquire = sink.acquire?.bind(sink, name)
  return { ...keepBy(name, wayOfSink(name, sink)), acquire }
}

function isTransactional<Position, R extends object>(
  sink: Sink<Position, R>,
): sink is TransactionalSink<Position, R> {
  const { loadState, commitWith } = sink as Partial<TransactionalSink<Position, R>>
  return typeof loadState === 'function' && typeof commitWith === 'function'
}

function wayOfStore<Position, R extends object>(
  name: string,
  sink: Sink<Position, R>,
  store: CheckpointStore,
  onStep: SyncSettings['onStep'],
): Way<Position> {
  return {
    load: (call) => store.load(name, call) as Promise<StoredState<Position> | undefined>,
    async save(state, expected, call) {
      const position = await sink.commit(call)
      await onStep?.('after-sink-commit')
      return { position, revision: await store.save(name, { ...state, position }, expected, call) }
    },
  }
}

function wayOfSink<Position, R extends object>(
  name: string,
  sink: TransactionalSink<Position, R>,
): Way<Position> {
  return {
    load: (call) => sink.loadState(name, call),
    save: (state, expected, call) => sink.commitWith(name, state, expected, call),
  }
}

function keepBy<Position>(name: string, way: Way<Position>): Pick<StateKeeper<Position>, 'load' | 'commit'> {
  let known: { readonly revision: string | undefined } | undefined
  let attempted: StateToSave | undefined
  return {
    async load(call) {
      const stored = await way.load(call)
      const isOurs =
        known === undefined || stored?.revision === known.revision || wasSaved(attempted, stored?.state)
      if (!isOurs) throw savedBySomebodyElse(name)
      if (stored !== undefined) parseSyncState(stored.state)
      known = { revision: stored?.revision }
      return stored?.state
    },
    async commit(state, call) {
      attempted = state
      const { position, revision } = await way.save(state, known?.revision, call)
      known = { revision }
      return { ...state, position }
    },
  }
}

/** A save that failed may have been carried out all the same: its answer was lost. */
function wasSaved(attempted: StateToSave | undefined, found: SyncState | undefined): boolean {
  if (attempted === undefined || found === undefined) return false
  const { position: _, ...rest } = found
  return isDeepStrictEqual(asJson(rest), asJson(attempted))
}

function asJson(state: StateToSave): unknown {
  return JSON.parse(JSON.stringify(state))
}

function savedBySomebodyElse(name: string): DataverseError {
  return new DataverseError(
    `somebody else has saved the state of "${name}" in the meantime. Let one process at a time work on it; nothing of this one's last group of changes counts`,
    { code: 'conflict' },
  )
}
