import type { Row } from '@deltaverse/core'
import type { RowPlace } from '../result/row-place.js'
import type { RowProblem } from '../result/row-problem.js'

/** What a row to write was made of. */
interface RowOrigin {
  /** The row as it was given. */
  readonly row: object
  readonly values: Readonly<Record<string, unknown>>
  readonly place: RowPlace | undefined
  /** The row with the table's columns, in the words of people. */
  readonly mapped: Readonly<Record<string, unknown>>
  /** Why it cannot be written; empty for a row that can be. */
  readonly problems: readonly RowProblem[]
  /** The member that a column is filled from. */
  readonly fromOf: (column: string) => string
}

/** The origins of rows that are under way. */
export type RowOrigins = WeakMap<Row, RowOrigin>
