import type { DataverseError, Row } from '@deltaverse/core'
import type { PendingRow } from '../row/pending-row.js'
import { attemptsOf, idOf } from '../row/row-facts.js'
import type { RowProblem } from './row-problem.js'
import type { FollowUpStep, WriteStatus } from './write-result.js'

/** What became of a row, or of one of its requests. A result in full is made of it only for who asks. */
export interface RowOutcome {
  readonly status: WriteStatus
  readonly id?: string | undefined
  /** What the service answered of the columns, where that was asked for. */
  readonly stored?: Row | undefined
  /** For `failed`. */
  readonly error?: DataverseError | undefined
  /** For `failed`: what of the row is to blame, where that was found out. */
  readonly problems?: readonly RowProblem[] | undefined
  /** The columns were written, what had to follow was not. */
  readonly step?: FollowUpStep | undefined
  /** For `superseded`: index of the version that was written instead. */
  readonly supersededBy?: number | undefined
}

/** A row that could not be made ready. */
interface UnreadyRow {
  readonly index: number
  readonly row: Row
}

/** The last state of a row: what became of it. */
export interface SettledRow {
  readonly kind: 'settled'
  readonly of: PendingRow | UnreadyRow
  /** Requests that it was part of. */
  readonly attempts: number
  readonly outcome: RowOutcome
}

/** Takes what became of one request of a row. */
export type TakeOutcome = (row: PendingRow, outcome: RowOutcome) => void

/**
 * Takes what became of a row, which is no longer under way then. The versions that it took the place of are superseded, unless
 * all of them had to be written by themselves: then what became of each, its own included, comes along.
 */
export type Settle = (row: PendingRow, outcome: RowOutcome, versions?: readonly SettledRow[]) => void

/** The outcome of a row that was not written. */
export function failed(row: PendingRow, error: DataverseError): RowOutcome {
  return { status: 'failed', id: idOf(row), error }
}

/** The last state of a row that was on its way. */
export function settled(row: PendingRow, outcome: RowOutcome): SettledRow {
  return { kind: 'settled', of: row, attempts: attemptsOf(row), outcome }
}

/** What became of a version that another one took the place of: where that one failed, neither is in the table. */
export function replaced(earlier: PendingRow, by: PendingRow, outcome: RowOutcome): SettledRow {
  if (outcome.status !== 'failed') return settled(earlier, { status: 'superseded', supersededBy: by.index })
  return { kind: 'settled', of: earlier, attempts: attemptsOf(by), outcome }
}
