import type { ColumnProblemReason } from '@deltaverse/alternate-keys'
import type { RowRef } from '@deltaverse/values'

/** Why a column keeps its row from being written; `empty` and `wrong-form` are told by a translation. */
export type RowProblemReason = ColumnProblemReason | 'empty' | 'wrong-form'

/** What is wrong with one value of a row, in the words that the row came in, and what to do about it. */
export interface RowProblem {
  /** Logical name of the column. */
  readonly column: string
  /** The member of the row that it is filled from, where that has another name. */
  readonly from?: string
  /** The value as the row gave it. */
  readonly value?: unknown
  readonly reason: RowProblemReason
  /** What is wrong, in words that name the value. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
  /** For `missing-target` and the like: the row that the value names. */
  readonly target?: RowRef
}

export const noProblems: readonly RowProblem[] = []

/** What a person can do about a problem of each kind. */
export const remedies: Readonly<Record<RowProblemReason, string>> = {
  'unknown-column': 'name a column of the table, or leave it out',
  'read-only': 'leave the column out',
  'wrong-value': 'write a value that the column takes',
  'unknown-label': 'write one of the labels',
  'wrong-table': 'name a row of a table that the column can point at',
  'invalid-key': 'write a value that the key takes',
  'missing-target': 'create that row first, or correct the value',
  'ambiguous-target': 'name the row by a key that only one row has',
  empty: 'fill it',
  'wrong-form': 'write it in the form that is asked for',
}
