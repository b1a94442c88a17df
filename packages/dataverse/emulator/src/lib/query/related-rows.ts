import type { StoredRow } from '../schema/table-definition.js'

/** How a query reaches rows of other tables; supplied by the row store. */
export interface RelatedRows {
  /** The row of that table and id, or `undefined`. */
  get(table: string, id: string): StoredRow | undefined
  /** The rows of `table` (logical name) whose `column`, a lookup or one of an intersect table, points at `id`, in the order of their primary keys. */
  referencing(table: string, column: string, id: string): Iterable<StoredRow>
}
