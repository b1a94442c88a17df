import { DataverseError } from '@deltaverse/core'
import type { RowRef } from '@deltaverse/values'

/** A row as callers have it: columns by logical name, references by {@link RowRef}, choices by label. */
export type SourceRow = Readonly<Record<string, unknown>>

/** A row as the Web API takes it. */
export type WireRow = Readonly<Record<string, unknown>>

/** What keeps a column from being sent. */
export type ColumnProblemReason =
  | 'unknown-column'
  | 'read-only'
  | 'wrong-value'
  | 'unknown-label'
  | 'wrong-table'
  | 'invalid-key'
  /** The row that a reference names does not exist, or not yet. */
  | 'missing-target'
  | 'ambiguous-target'

/** One column that could not be translated. */
export interface ColumnProblem {
  readonly column: string
  readonly reason: ColumnProblemReason
  /** What is wrong, in words that name the value. */
  readonly message: string
  /** The reference that names no row. */
  readonly target?: RowRef
}

/** A row for the wire, or everything that is wrong with it. One bad row never keeps others from being translated. */
export type TranslatedRow =
  | { readonly status: 'translated'; readonly row: WireRow }
  | {
      readonly status: 'failed'
      /** The columns that are right. */
      readonly row: WireRow
      readonly problems: readonly ColumnProblem[]
      /** Code `row-rejected`; the message names every problem. */
      readonly error: DataverseError
    }

/** Why a column has no members. */
export interface CellProblem {
  readonly problem: string
  readonly reason: ColumnProblemReason
  readonly target?: RowRef
}

/** Members of a wire row, or why there are none. */
export type Cells = { readonly cells: WireRow } | CellProblem

/** Puts the outcome of a row's columns together. */
export function toTranslatedRow(
  table: string,
  row: WireRow,
  problems: readonly ColumnProblem[],
): TranslatedRow {
  if (problems.length === 0) return { status: 'translated', row }
  const details = problems.map(({ column, message }) => `column '${column}': ${message}`).join('; ')
  return {
    status: 'failed',
    row,
    problems,
    error: new DataverseError(`A row of table '${table}' cannot be written: ${details}.`, {
      code: 'row-rejected',
    }),
  }
}
