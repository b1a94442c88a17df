import { type Comparable, compareValues } from '../query/comparable-value.js'
import { sortKey } from '../query/order-rows.js'
import type { RelatedRows } from '../query/related-rows.js'
import type { Schema } from '../schema/schema.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { BoundFetch, JoinedRow } from './bind-fetch.js'

/** The order of two joined rows. */
export type JoinedComparison = (a: JoinedRow, b: JoinedRow) => number

/** The order of a query: its terms, then the primary key of the first table. FetchXML orders choices by their labels. */
export function fetchOrder(
  { entity, terms }: BoundFetch,
  schema: Schema,
  related: RelatedRows,
): JoinedComparison {
  const keys = terms.map(({ source, column, descending }) => {
    const read = fetchSortKey(column, schema)
    return {
      sign: descending ? -1 : 1,
      of: (row: JoinedRow): Comparable => read(row.get(source) ?? {}, related),
    }
  })
  const id = (row: JoinedRow): string => String(row.get('')?.[entity.table.primaryIdColumn])
  return (a, b) => {
    for (const { sign, of } of keys) {
      const order = compareValues(of(a), of(b))
      if (order !== 0) return sign * order
    }
    return compareValues(id(a), id(b))
  }
}

function fetchSortKey(column: Column, schema: Schema): (row: StoredRow, related: RelatedRows) => Comparable {
  if (!['picklist', 'state', 'status'].includes(column.type)) return sortKey(column, schema)
  return (row) => {
    const value = row[column.logicalName] ?? null
    if (value === null) return null
    const label = column.options.find((option) => option.value === value)?.label
    return (label ?? String(value)).toLowerCase()
  }
}
