import type { Checkpoint } from './checkpoint.js'

/** A row as its source sends it: names and values as they came. */
export type Row = Record<string, unknown>

/**
 * Why a snapshot begins.
 *
 * - `initial`: there was no checkpoint.
 * - `token-expired`: the source no longer answers for the token in the checkpoint, so everything is read again.
 * - `schema-changed`: the checkpoint belongs to another table or another list of columns.
 * - `requested`: the caller asked for it.
 * - `deletion-unclear`: the source told of a deletion and not which of several rows is gone.
 * - `key-changed`: the checkpoint belongs to a time when rows were told apart by another key.
 * - `labels-changed`: labels that rows carry beside their values, or the kind of them, are others now.
 * - `other-source`: the checkpoint is of another environment or another table.
 * - `fingerprint-rebuild`: the fingerprint store does not know what the sink holds.
 * - `full-copy`: the source does not tell what changes in this table, so it is read in full time and again.
 */
export type ResetReason =
  | 'initial'
  | 'token-expired'
  | 'schema-changed'
  | 'requested'
  | 'deletion-unclear'
  | 'key-changed'
  | 'labels-changed'
  | 'full-copy'
  | 'other-source'
  | 'fingerprint-rebuild'

/** A snapshot begins: a read of every row. What an earlier epoch left behind is stale once `complete` comes. */
export interface ResetEvent {
  readonly kind: 'reset'
  readonly reason: ResetReason
  /** 1 for the first snapshot of a table, one more for each that follows. */
  readonly epoch: number
}

/** What every change of a row tells. */
interface RowChange {
  /** The table, as its source calls it; from Dataverse the entity set, as in URLs: `accounts`. */
  readonly table: string
  /**
   * What tells the row apart, as text; from Dataverse the primary key, a lower-case GUID without braces, and behind a comma the
   * partition of a row of an elastic table that has one, percent-encoded.
   */
  readonly id: string
  /** Business key, column to value, where the source knows one. */
  readonly key?: Readonly<Record<string, unknown>>
  /** The row before the change, where the source tells. */
  readonly before?: Row
  /** Who wrote it, where the source tells: lets a sync of two ways leave out what it wrote itself. */
  readonly origin?: string
}

/** A row that was created or updated: most sources do not tell which. */
export interface UpsertedChange<R extends object = Row> extends RowChange {
  readonly kind: 'upserted'
  /** Digits of the row version (from Dataverse the etag without `W/"…"`); `undefined` when the row came without one. */
  readonly rowVersion: string | undefined
  /** The row as the source sent it: JSON text in UTF-8. A view; copy it when you keep it for long. */
  readonly bytes: Uint8Array
  /** The row, parsed on first use and kept. Throws a `bad-response` {@link DataverseError} when it is no JSON. */
  readonly row: R
}

/** A row that is gone. Many sources tell its id and nothing else. */
export interface DeletedChange extends RowChange {
  readonly kind: 'deleted'
  readonly rowVersion: undefined
  /** `deleted` as a rule; OData 4.0 also knows `changed` (left the result). */
  readonly reason: string
  /** What the source sent: JSON text in UTF-8. */
  readonly bytes: Uint8Array
}

export type Change<R extends object = Row> = UpsertedChange<R> | DeletedChange

/** A safe point: once everything before it is durable, this checkpoint may be saved. */
export interface CheckpointEvent {
  readonly kind: 'checkpoint'
  readonly checkpoint: Checkpoint
  /** What came since the last boundary will come once more behind this: who counts begins to count anew. */
  readonly willRepeat?: true
}

/** A snapshot ended: rows of earlier epochs that this one did not bring are gone from the table. */
export interface CompleteEvent {
  readonly kind: 'complete'
  readonly epoch: number
  /**
   * Rows that the pages of this snapshot brought, pages read before a resume included. What changed under the read and came
   * behind its last page is not counted.
   */
  readonly rows: number
}

/** What a source says, in order. */
export type ChangeEvent<R extends object = Row> = ResetEvent | Change<R> | CheckpointEvent | CompleteEvent
