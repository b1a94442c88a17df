import type { DataverseError, Row } from '@deltaverse/core'

/**
 * What became of a row.
 *
 * - `created`, `updated`: as it says.
 * - `upserted`: written, and the service does not say which of the two (it only does when asked for a representation).
 * - `deleted`: gone by our hand.
 * - `unchanged`: nothing had to be written.
 * - `superseded`: a later version of the same row came before this one was sent; the two were written as one.
 * - `failed`: not written; `error` says why.
 * - `not-run`: pulled from the source but never sent, because the run was stopped.
 */
export type WriteStatus =
  | 'created'
  | 'updated'
  | 'upserted'
  | 'deleted'
  | 'unchanged'
  | 'superseded'
  | 'failed'
  | 'not-run'

/** What follows the columns of a row in a request of its own: its parties, or its state or owner. */
export type FollowUpStep = 'parties' | 'state'

/** Which of the causes that all answer 412 it was. */
export type ConflictKind =
  /** Somebody changed the row since its version was read (`0x80060882`). */
  | 'version-differs'
  /** A row with this key or id exists (`0x80040237`). */
  | 'row-exists'
  /** Another row has the value of an alternate key (`0x80060892`). */
  | 'key-taken'
  /** A duplicate-detection rule matched (`0x80040333`). */
  | 'duplicate-rule'

/** What became of one row. */
export interface WriteResult<R extends object = Row> {
  /** Position in the source, from 0. */
  readonly index: number
  /** The values of the key columns, as the row gave them. */
  readonly key: Readonly<Record<string, unknown>>
  readonly status: WriteStatus
  /** The row as it was given. */
  readonly row: R
  /** GUID, where it is known. */
  readonly id?: string | undefined
  /** With `returnColumns`: the row as the table holds it after its first request. Absent where nothing was written. */
  readonly stored?: Row | undefined
  /** Why the row was not written, or not completely (see `step`). */
  readonly error?: DataverseError | undefined
  /** With `skipUnchanged`, for `updated`: the columns that differed. */
  readonly changed?: readonly string[] | undefined
  /** For errors of the family 412. */
  readonly conflict?: ConflictKind | undefined
  /** The columns were written, what had to follow in a second request was not. */
  readonly step?: FollowUpStep | undefined
  /** For `superseded`: index of the version that was written instead. */
  readonly supersededBy?: number | undefined
  /** Requests that this row was part of. */
  readonly attempts: number
}

/** What became of all rows. */
export interface WriteSummary {
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly upserted: number
  readonly deleted: number
  readonly unchanged: number
  readonly superseded: number
  readonly failed: number
  readonly notRun: number
  /** Write requests sent, repeats included. */
  readonly requests: number
  /** Read requests sent for comparing and looking up. */
  readonly reads: number
  /** Why the run ended before its source did. */
  readonly stopped?: 'aborted' | 'failures' | undefined
}
