import type {
  Checkpoint,
  CompleteEvent,
  DataverseError,
  FollowEvent,
  ResetEvent,
  SourceEvent,
} from '@deltaverse/core'
import type { SyncProgress } from './read/progress.js'

/**
 * What happens while a table is synced, for progress, reports and traces.
 *
 * | kind | said when |
 * |---|---|
 * | `waiting-for-lease` | somebody else works on this name; said once |
 * | `resumed` | there is a saved state, and the sync goes on from it |
 * | `other-environment` | the saved state is of another environment: everything is read again |
 * | `fingerprint-rebuild` | the fingerprint store does not know what the sink holds: everything is read again, the sink sees a snapshot |
 * | `columns-added` | there are columns that the state does not tell of: they are read by themselves, or in a snapshot, and then it says why |
 * | `backfilled` | a group of rows was given columns that came later |
 * | `columns-filled` | all rows have them now |
 * | `reset` | a snapshot begins |
 * | `complete` | a snapshot ended |
 * | `changes` | a group of changes arrived: rows and deletions that the sink was handed, and rows that it holds as they are |
 * | `page`, `retry`, `expiring` | what the source says: see {@link SourceEvent} |
 * | `deriving` | a resync is behind its snapshot and deletes what did not come |
 * | `committed` | everything up to this checkpoint is durable, and saved |
 * | `failed-poll`, `waiting` | followed tables: see {@link FollowEvent} |
 * | `progress` | now and then, when it is asked for |
 */
export type SyncEvent<Position = unknown> =
  | { readonly kind: 'waiting-for-lease'; readonly error: DataverseError }
  | { readonly kind: 'resumed'; readonly checkpoint: Checkpoint; readonly position: Position }
  | { readonly kind: 'other-environment'; readonly saved: string | undefined; readonly expected: string }
  | { readonly kind: 'fingerprint-rebuild'; readonly why: 'new' | 'lost' | 'removed' }
  | ({ readonly kind: 'columns-added'; readonly columns: readonly string[] } & (
      | { readonly filled: 'by-backfill' }
      | { readonly filled: 'by-snapshot'; readonly why: string }
    ))
  | { readonly kind: 'backfilled'; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'columns-filled'; readonly columns: readonly string[] }
  | SourceEvent
  | FollowEvent
  | ResetEvent
  | CompleteEvent
  | {
      readonly kind: 'changes'
      readonly upserted: number
      readonly deleted: number
      readonly unchanged: number
      /** Bytes of all that arrived. */
      readonly bytes: number
    }
  | { readonly kind: 'deriving'; readonly deletions: number }
  | { readonly kind: 'committed'; readonly checkpoint: Checkpoint; readonly position: Position }
  | { readonly kind: 'progress'; readonly progress: SyncProgress }
