import type { CheckpointStore, OpenedSink, TransactionalSink } from '@deltaverse/core'

/** Where it is kept how far a table is. */
export type StateStore = Pick<CheckpointStore, 'load' | 'acquire'>

/** A sink that keeps the state itself answers for it. */
export function stateStoreOf({ sink, checkpoints }: OpenedSink): StateStore {
  if (checkpoints !== undefined) return checkpoints
  const own = sink as TransactionalSink
  return {
    load: (name, call) => own.loadState(name, call),
    ...(own.acquire !== undefined && { acquire: (name, call) => own.acquire?.(name, call) as never }),
  }
}
