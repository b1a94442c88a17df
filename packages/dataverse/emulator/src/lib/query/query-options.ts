import type { Column, Navigation, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { RelatedRows } from './related-rows.js'

/** Whether a row is wanted. */
export type RowFilter = (row: StoredRow, related: RelatedRows) => boolean

/** The order of two rows: negative, zero or positive. */
export type RowComparison = (a: StoredRow, b: StoredRow, related: RelatedRows) => number

/** One term of `$orderby`. */
export interface OrderTerm {
  readonly column: Column
  readonly descending: boolean
}

/** One item of `$expand`, with its inner options. */
export interface ExpandItem {
  readonly navigation: Navigation
  /** The table at the other end; for `ownerid`, which can end at several, the first. */
  readonly table: Table
  readonly options: InnerOptions
  /** The inner `$select`, `$filter` and so on as they were written, decoded. */
  readonly innerParts: ReadonlyMap<string, string>
  /** Whether only references are wanted (`primarycontactid/$ref`). */
  readonly onlyReference: boolean
}

/** The options that an expanded collection can have of its own. */
export interface InnerOptions {
  /** The selected columns with the companions that the service adds, or `undefined` for all. */
  readonly select: readonly Column[] | undefined
  readonly selected: readonly Column[] | undefined
  readonly filter: RowFilter | undefined
  readonly orderBy: readonly OrderTerm[]
  readonly compare: RowComparison
  readonly top: number | undefined
}

/** One `name=value` of the query string. */
export interface QueryPart {
  /** Decoded. */
  readonly name: string
  /** Decoded. */
  readonly value: string
  /** `name=value` exactly as it arrived. */
  readonly raw: string
}

/** The query string of a list or single-row read, understood. */
export interface QueryOptions {
  /**
   * The columns to send: those selected, then the companions that the service adds (primary key, currency), or
   * `undefined` for all.
   */
  readonly select: readonly Column[] | undefined
  /** The columns that `$select` names, in its order; what a context URL lists. `undefined` without `$select`. */
  readonly selected: readonly Column[] | undefined
  readonly filter: RowFilter | undefined
  readonly orderBy: readonly OrderTerm[]
  /** The order of `$orderby`, and of the primary keys where it says nothing. */
  readonly compare: RowComparison
  readonly top: number | undefined
  readonly count: boolean
  readonly expand: readonly ExpandItem[]
  readonly deltaToken: string | undefined
  readonly skipToken: string | undefined
  /** Every `name=value` in its original order, to build links from. */
  readonly parts: readonly QueryPart[]
  /** Parameter aliases by name with the `@`. */
  readonly aliases: ReadonlyMap<string, string>
}

/** What the functions of `$filter` need to know of the moment and the caller. */
export interface QueryEnvironment {
  /** Milliseconds since the epoch. */
  now(): number
  readonly userId: string
  readonly businessUnitId: string
  /** Whether functions take numbers in their lists of values, which are texts. Default: `refused`. */
  readonly numbersInFilterLists?: 'refused' | 'taken' | undefined
}
