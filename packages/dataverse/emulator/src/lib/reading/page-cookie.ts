import { ServiceError } from '../http/service-error.js'
import type { Column, Table } from '../schema/table.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import type { CookieColumn } from './skip-token.js'

/** What a paging cookie keeps of a page's first and last row: the order columns, the primary key always last. */
export function cookieColumnsOf(
  columns: readonly Column[],
  first: StoredRow,
  last: StoredRow,
): CookieColumn[] {
  return columns.map((column) => {
    const value = last[column.logicalName] ?? null
    return {
      name: column.logicalName,
      last: cookieText(value, column),
      first: cookieText(first[column.logicalName] ?? null, column),
      lastTable: value !== null && typeof value === 'object' ? value.table : undefined,
    }
  })
}

function cookieText(value: ColumnValue, column: Column): string | null {
  if (value === null) return null
  if (typeof value === 'object') return `{${value.id.toUpperCase()}}`
  return column.type === 'uniqueidentifier' ? `{${String(value).toUpperCase()}}` : String(value)
}

/**
 * The last row of the page before, as far as its order columns go.
 *
 * @throws ServiceError 400 when the cookie was made for another order.
 */
export function rowOfCookie(cookie: readonly CookieColumn[], columns: readonly Column[]): StoredRow {
  const values: Record<string, ColumnValue> = {}
  for (const [index, column] of columns.entries()) {
    const kept = cookie[index]
    if (kept?.name === column.logicalName) values[column.logicalName] = storedValue(kept, column)
  }
  if (cookie.length !== columns.length || Object.keys(values).length !== columns.length) {
    throw new ServiceError(
      400,
      '0x80041129',
      'The paging cookie was made for another order of rows: its columns are not those of the request.',
    )
  }
  return values
}

function storedValue({ last, lastTable }: CookieColumn, column: Column): ColumnValue {
  if (last === null) return null
  if (column.isLookup) return { id: withoutBraces(last), table: lastTable ?? '' }
  switch (column.type) {
    case 'uniqueidentifier':
      return withoutBraces(last)
    case 'bigint':
      return BigInt(last)
    case 'boolean':
      return last === 'true'
    case 'integer':
    case 'decimal':
    case 'double':
    case 'money':
    case 'picklist':
    case 'state':
    case 'status':
      return Number(last)
    default:
      return last
  }
}

function withoutBraces(text: string): string {
  return text.replace(/^\{|\}$/g, '').toLowerCase()
}

/** The columns that order a list: those asked for, then what tells rows apart. */
export function orderColumns(table: Table, terms: readonly { readonly column: Column }[]): Column[] {
  const partition = table.isElastic ? table.column('partitionid') : undefined
  const last = partition === undefined ? [table.primaryKey] : [table.primaryKey, partition]
  return [...new Set([...terms.map((term) => term.column), ...last])]
}
