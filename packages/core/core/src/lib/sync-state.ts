import type { Checkpoint } from './checkpoint.js'
import type { JsonValue } from './json-value.js'

/** How far a sync is, as plain JSON: where the source goes on and what the sink holds by then, saved in one step. */
export interface SyncState<Position = unknown> {
  /** Version of this format. */
  readonly version: 1
  readonly checkpoint: Checkpoint
  /** Where the sink stands, in its own words. */
  readonly position: Position
  /** Which commit of the fingerprint store belongs to it; absent without a fingerprint store. */
  readonly fingerprintMark?: string
  /** Number that the fingerprint store has rows of the last snapshot under: one more for each that begins, or begins again. */
  readonly fingerprintPass?: number
  /**
   * What the fingerprint store does about a snapshot under way: `filling` while the sink sees that snapshot, `comparing` while the sink
   * sees what differs only, `deriving` behind it, as long as deletions are still to be told. Absent between snapshots.
   */
  readonly fingerprintPhase?: 'filling' | 'comparing' | 'deriving'
  /** Rows of the table as last known: those of the last snapshot, and what came since. */
  readonly rows?: number
  /** Deletions that the read under way has brought so far. */
  readonly deletions?: number
  /** Which environment the checkpoint is of, where the source's id does not tell. */
  readonly environmentId?: string
  /**
   * Members that the rows of the sink have, or will have once the snapshot under way and the backfills are through. Absent
   * where the source does not tell its columns.
   */
  readonly columns?: readonly string[]
  /** Columns that came later and are being filled, one after the other; absent where there are none. */
  readonly backfills?: readonly Backfill[]
}

/** Columns that are being put into rows which the sink already holds. */
export interface Backfill {
  readonly columns: readonly string[]
  /** Where the source goes on; absent before the first page. */
  readonly cursor?: JsonValue
}

/** A state and the revision under which it is stored. */
export interface StoredState<Position = unknown> {
  readonly state: SyncState<Position>
  /** Opaque; changes with every save. */
  readonly revision: string
}
