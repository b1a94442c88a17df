import type { CallOptions, Checkpoint, SyncState } from '@deltaverse/core'
import type { ColumnPlan } from '../columns/column-plan.js'
import type { ChangeFilter } from '../fingerprints/change-filter.js'
import type { SyncSettings } from '../sync-options.js'
import type { StateKeeper } from './state-keeper.js'

/** What of a table's state changes with its reads. */
export interface Tally {
  /** Rows that the sink holds, as last known. */
  readonly rows: number | undefined
  /** Deletions of the read under way. */
  readonly deletions: number
}

/** Decides when to commit, and does it in the one order in which nothing can be lost. */
export interface Committer<Position> {
  /** What was saved last. */
  saved(): SyncState<Position> | undefined
  /** Bytes that arrived since. */
  note(bytes: number): void
  isDue(): boolean
  /** Fingerprint store first, then the sink, then the state that names both. */
  commit(checkpoint: Checkpoint, tally: Tally, call: CallOptions): Promise<void>
  commits(): number
}

export function createCommitter<Position, R extends object>(
  options: SyncSettings<Position, R>,
  keeper: StateKeeper<Position>,
  { filter, plan }: { readonly filter: ChangeFilter<R>; readonly plan: ColumnPlan },
  state: SyncState<Position> | undefined,
): Committer<Position> {
  const { clock, commitBytes, commitMs, environmentId, onEvent, onStep } = options
  let saved = state
  let bytesSinceCommit = 0
  let committedAtMs = clock.now()
  let commits = 0

  return {
    saved: () => saved,
    commits: () => commits,
    note(bytes) {
      bytesSinceCommit += bytes
    },
    isDue: () => bytesSinceCommit >= commitBytes || clock.now() - committedAtMs >= commitMs,
    async commit(checkpoint, { rows, deletions }, call) {
      call.signal?.throwIfAborted()
      await onStep?.('before-fingerprint-commit')
      const fingerprints = await filter.commit(call)
      await onStep?.('before-sink-commit')
      saved = await keeper.commit(
        {
          version: 1,
          checkpoint,
          ...fingerprints,
          ...(rows !== undefined && { rows }),
          ...(deletions > 0 && { deletions }),
          ...(environmentId !== undefined && { environmentId }),
          ...plan.state(),
        },
        call,
      )
      bytesSinceCommit = 0
      committedAtMs = clock.now()
      commits += 1
      await onStep?.('after-state-saved')
      onEvent({ kind: 'committed', checkpoint, position: saved.position })
    },
  }
}
