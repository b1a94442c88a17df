import type { RowPlace } from '../sources/source-row.js'

/** What is wrong with one cell, and what to do about it. */
export interface CellProblem {
  /** Column of the table. */
  readonly column: string
  /** Column of the source, where it has another name. */
  readonly from?: string
  readonly value?: unknown
  readonly message: string
  readonly remedy?: string
}

/** A row that was not written, in the words of its source: correct `row`, and it can be replayed. */
export interface PushLetter {
  readonly version: 1
  /** Logical name. */
  readonly table: string
  readonly operation: 'upsert' | 'create' | 'update' | 'deactivate' | 'delete'
  readonly place?: RowPlace
  /** The row as the source had it. */
  readonly row: Readonly<Record<string, unknown>>
  readonly code: string
  readonly message: string
  readonly problems: readonly CellProblem[]
  /** Whether the same row may go through later: the service was not to be had, say. */
  readonly retryable: boolean
  readonly serviceCode?: string
}
