import type { DataverseError, Row } from '@deltaverse/core'
import type { Columns } from '../plan/columns.js'
import type { PendingRow } from '../row/pending-row.js'
import type { WriteStatus } from './write-result.js'

/** What became of a row. A result in full is made of it only for who asks: most rows are only counted. */
export interface RowOutcome {
  readonly status: WriteStatus
  readonly id?: string | undefined
  /** What the service answered of the columns, where that was asked for. */
  readonly stored?: Row | undefined
  readonly error?: DataverseError | undefined
  /** `state`: the columns were written, the state that had to follow was not. */
  readonly step?: 'state' | undefined
  /** For `superseded`: index of the version that was written instead. */
  readonly supersededBy?: number | undefined
}

/** A row and what became of it. */
export interface SettledRow {
  readonly row: Pick<PendingRow, 'index' | 'row' | 'attempts' | 'changed'> & {
    /** Absent where the row could not be made ready. */
    readonly keyed: Columns | undefined
  }
  readonly outcome: RowOutcome
}

/**
 * Takes what became of a row, which is no longer under way then. The versions that it took the place of are superseded, unless
 * they had to be written by themselves: then what became of them comes along.
 */
export type Settle = (row: PendingRow, outcome: RowOutcome, earlier?: readonly SettledRow[]) => void

/** The outcome of a row that was not written. */
export function failed({ id }: Pick<PendingRow, 'id'>, error: DataverseError): RowOutcome {
  return { status: 'failed', id, error }
}

/** What became of a version that another one took the place of: where that one failed, neither is in the table. */
export function replaced(earlier: PendingRow, by: PendingRow, outcome: RowOutcome): SettledRow {
  if (outcome.status !== 'failed')
    return { row: earlier, outcome: { status: 'superseded', supersededBy: by.index } }
  const { index, keyed, row } = earlier
  return { row: { index, keyed, row, attempts: by.attempts, changed: undefined }, outcome }
}
