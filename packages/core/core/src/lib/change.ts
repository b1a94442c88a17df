/** A row as the Web API sends it: column names, annotations (`name@…`) and values as they came. */
export type Row = Record<string, unknown>

/**
 * Why a full read begins.
 *
 * - `initial`: there was no checkpoint.
 * - `token-expired`: the service no longer answers for the delta token, so everything is read again.
 * - `schema-changed`: the checkpoint belongs to another table or another list of columns.
 * - `requested`: the caller asked for it.
 */
export type ResetReason = 'initial' | 'token-expired' | 'schema-changed' | 'requested'

/** A full read of the table begins. What an earlier epoch left behind is stale once `complete` comes. */
export interface ResetEvent {
  readonly kind: 'reset'
  readonly reason: ResetReason
  /** 1 for the first full read of a feed, one more for each that follows. */
  readonly epoch: number
}

/** A row that was created or updated: the wire does not tell which. */
export interface UpsertedChange<R extends Row = Row> {
  readonly kind: 'upserted'
  /** Entity set, as in URLs: `accounts`. */
  readonly entitySet: string
  /** Primary key: a lower-case GUID without braces. */
  readonly id: string
  /** Digits of the row version (the etag without `W/"…"`); `undefined` when the row came without an etag. */
  readonly rowVersion: string | undefined
  /** The row as the service sent it: JSON text in UTF-8. A view; copy it when you keep it for long. */
  readonly bytes: Uint8Array
  /** The row, parsed on first use and kept. Throws a `bad-response` {@link DataverseError} when it is no JSON. */
  readonly row: R
}

/** A row that is gone. The service tells its id and nothing else (no key values, no version). */
export interface DeletedChange {
  readonly kind: 'deleted'
  readonly entitySet: string
  readonly id: string
  readonly rowVersion: undefined
  /** `deleted` as far as Dataverse is documented; OData 4.0 also knows `changed` (left the result). */
  readonly reason: string
  readonly bytes: Uint8Array
}

export type Change<R extends Row = Row> = UpsertedChange<R> | DeletedChange

/** A safe point: once everything before it is durable, this checkpoint may be saved. */
export interface CheckpointEvent {
  readonly kind: 'checkpoint'
  readonly checkpoint: Checkpoint
}

/** A full read ended: rows of earlier epochs that this one did not bring are gone from the table. */
export interface CompleteEvent {
  readonly kind: 'complete'
  readonly epoch: number
  /**
   * Rows that the pages of this full read brought, pages read before a resume included. What changed under the read and came
   * behind its last page is not counted.
   */
  readonly rows: number
}

/** What a change feed says, in order. */
export type ChangeEvent<R extends Row = Row> = ResetEvent | Change<R> | CheckpointEvent | CompleteEvent

/** A delta link whose token is older than the read under way, so that following it brings what changed under that read. */
export interface GapLink {
  /** Path and query, as the service gave it. */
  readonly link: string
  /** Whether it was given for the primary keys alone; then it is followed with the columns of the feed, and those are checked. */
  readonly keysOnly: boolean
  /** ISO 8601, UTC. */
  readonly issuedAt: string
  /** When the service will have forgotten its token, where the environment tells its retention. */
  readonly expiresAt?: string
}

/**
 * Where a feed stands, as plain JSON. Save it as it is; everything in it is the feed's own business except
 * `epoch` and `phase`, which a consumer may want to show. Holds no secret.
 */
export interface Checkpoint {
  /** Version of this format. */
  readonly version: 1
  /** Host name of the environment that issued the links. */
  readonly environment: string
  readonly entitySet: string
  /** Selected columns in their canonical order; `null` means all. */
  readonly select: readonly string[] | null
  /** SHA-256 of entity set and select, in hex: a checkpoint for other columns is never followed. */
  readonly selectHash: string
  /** `catch-up` stands behind the last page of a full read: what changed under it is still to come. */
  readonly phase: 'full-read' | 'catch-up' | 'delta'
  readonly epoch: number
  /** Path and query of the page to read next; absent where a link is followed from its start. */
  readonly nextLink?: string
  /** Path and query of the delta link; absent while a full read is under way. */
  readonly deltaLink?: string
  /**
   * In a full read and its catch-up, what the catch-up follows; in a delta of several pages, what is followed once they are
   * read.
   */
  readonly gap?: GapLink
  /** Path and query of the page to go on at in a pass over a delta that hands nothing on and only fetches the link of `gap`. */
  readonly guardLink?: string
  /** The delta token inside `deltaLink`, decoded. */
  readonly deltaToken?: string
  /** When the links were issued: ISO 8601, UTC. */
  readonly issuedAt: string
  /** When the service will have forgotten the delta token, where the environment tells its retention. */
  readonly expiresAt?: string
  /** Why the full read under way was begun; in its catch-up too. */
  readonly resetReason?: ResetReason
  /** Rows of the full read under way that lie before this checkpoint; in its catch-up, all of them. */
  readonly rowsRead?: number
}
