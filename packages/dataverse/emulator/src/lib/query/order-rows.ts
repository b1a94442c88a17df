import { notEmulated } from '../http/service-error.js'
import { rowIdentity } from '../schema/row-identity.js'
import type { Schema } from '../schema/schema.js'
import type { Column, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { type Comparable, compareValues, familyOf, toComparable } from './comparable-value.js'
import { optionRefused, unknownProperty } from './query-errors.js'
import type { OrderTerm, RowComparison } from './query-options.js'
import type { RelatedRows } from './related-rows.js'

/** Understands `$orderby`; parameter aliases stand for a column's name. */
export function parseOrderBy(
  text: string | undefined,
  table: Table,
  aliases: ReadonlyMap<string, string> = new Map(),
): OrderTerm[] {
  if (text === undefined) return []
  return text.split(',').map((term) => parseTerm(term.trim(), table, aliases))
}

function parseTerm(term: string, table: Table, aliases: ReadonlyMap<string, string>): OrderTerm {
  const [written = '', direction = 'asc', ...rest] = term.split(/\s+/)
  if (written === '' || rest.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw optionRefused(`'${term}' is not valid in $orderby: a property, then asc or desc, expected.`)
  }
  const name = aliases.get(written) ?? written
  if (name.includes('/')) throw notEmulated('$orderby by a column of a related table')
  const column = table.readProperty(name)
  if (column === undefined) throw unknownProperty(name, table.logicalName)
  return { column, descending: direction === 'desc' }
}

/**
 * The order that the terms ask for: nulls first when ascending, texts without regard to case, lookups by the name of the
 * row they point at. Rows that the terms leave equal follow their primary keys.
 */
export function createComparison(terms: readonly OrderTerm[], table: Table, schema: Schema): RowComparison {
  const keys = terms.map(({ column, descending }) => ({
    sign: descending ? -1 : 1,
    read: sortKey(column, schema),
  }))
  return (a, b, related) => {
    for (const { sign, read } of keys) {
      const order = compareValues(read(a, related), read(b, related))
      if (order !== 0) return sign * order
    }
    return compareValues(rowIdentity(table, a), rowIdentity(table, b))
  }
}

/** What the rows of a table are ordered by when a column orders them. */
export function sortKey(
  column: Column,
  schema: Schema,
): (row: StoredRow, related: RelatedRows) => Comparable {
  const { logicalName } = column
  const family = familyOf(column)
  if (!column.isLookup) return (row) => toComparable(row[logicalName], family, schema.foldText)
  return (row, related) => {
    const value = row[logicalName]
    if (typeof value !== 'object' || value === null) return null
    const nameColumn = schema.byLogicalName(value.table)?.primaryNameColumn
    const target = nameColumn === undefined ? undefined : related.get(value.table, value.id)
    return toComparable(nameColumn === undefined ? undefined : target?.[nameColumn], 'text', schema.foldText)
  }
}
