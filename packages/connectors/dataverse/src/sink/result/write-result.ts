import type { DataverseError, Row } from '@deltaverse/core'
import type { RowPlace } from './row-place.js'
import type { RowProblem } from './row-problem.js'

/**
 * What became of a row.
 *
 * - `created`, `updated`: as it says.
 * - `upserted`: written, and the service does not say which of the two (it only does when asked for a representation).
 * - `deleted`: gone by our hand.
 * - `unchanged`: nothing had to be written.
 * - `superseded`: a later version of the same row came before this one was sent; the two were written as one.
 * - `failed`: not written; `error` says why, `problems` what of the row is to blame.
 * - `not-run`: pulled from the source but never sent, because the run was stopped.
 */
export type WriteStatus = WriteResult['status']

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

/** What is known of every row, whatever became of it. */
interface AnyRow<R extends object> {
  /** Position in the source, from 0. */
  readonly index: number
  /** The values of the key columns, as the row gave them; with `translate`, as they are written. */
  readonly key: Readonly<Record<string, unknown>>
  /** The row as it was given. */
  readonly row: R
  /** With `translate`: where it stands in its source, as `placeOf` told. */
  readonly place?: RowPlace | undefined
  /** GUID, where it is known. */
  readonly id?: string | undefined
  /** With `returnColumns`: the row as the table holds it after its first request. Absent where nothing was written. */
  readonly stored?: Row | undefined
  /** Requests that this row was part of. */
  readonly attempts: number
}

/** What only rows have that were not written. */
interface NoFailure {
  readonly error?: undefined
  readonly problems?: undefined
  readonly conflict?: undefined
  readonly step?: undefined
}

/** A row that was written. */
export interface WrittenRow<R extends object = Row> extends AnyRow<R>, NoFailure {
  readonly status: 'created' | 'updated' | 'upserted' | 'deleted'
  /** With `skipUnchanged`, for `updated`: the columns that differed. */
  readonly changed?: readonly string[] | undefined
  readonly supersededBy?: undefined
}

/** A row of which nothing had to be written. */
export interface UnchangedRow<R extends object = Row> extends AnyRow<R>, NoFailure {
  readonly status: 'unchanged'
  readonly changed?: undefined
  readonly supersededBy?: undefined
}

/** A row that was never sent, because the run was stopped before. */
export interface NotRunRow<R extends object = Row> extends AnyRow<R>, NoFailure {
  readonly status: 'not-run'
  readonly changed?: undefined
  readonly supersededBy?: undefined
}

/** A row that a later version took the place of. */
export interface SupersededRow<R extends object = Row> extends AnyRow<R>, NoFailure {
  readonly status: 'superseded'
  /** Index of the version that was written instead. */
  readonly supersededBy: number
  readonly changed?: undefined
}

/** A row that was not written. */
export interface FailedRow<R extends object = Row> extends AnyRow<R> {
  readonly status: 'failed'
  /** Why the row was not written, or not completely (see `step`). */
  readonly error: DataverseError
  /**
   * The columns that are to blame, as far as it is known, each with its value and what to do. A reference that names no row is always
   * here (`missing-target`), whether a look-up or the service's answer told of it; the code of `error` is `row-rejected` then, and never
   * `not-found`, which says that the row itself does not exist.
   */
  readonly problems: readonly RowProblem[]
  /** For errors of the family 412. */
  readonly conflict?: ConflictKind | undefined
  /** The columns were written, what had to follow in a second request was not. */
  readonly step?: FollowUpStep | undefined
  readonly changed?: undefined
  readonly supersededBy?: undefined
}

/** What became of one row: look at `status`. */
export type WriteResult<R extends object = Row> =
  | WrittenRow<R>
  | UnchangedRow<R>
  | SupersededRow<R>
  | FailedRow<R>
  | NotRunRow<R>

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
