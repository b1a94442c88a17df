import type { QueryOptions } from '../query/query-options.js'
import { rowIdentity } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { cookieColumnsOf, orderColumns, rowOfCookie } from './page-cookie.js'
import type { SkipToken } from './skip-token.js'

/** Rows of one page, and the token of the next if there are more. */
export interface Page {
  readonly rows: readonly StoredRow[]
  readonly next: SkipToken | undefined
}

/** Reads one page in the order of the primary keys: no sorting, and no more rows than needed. */
export function pageInIdOrder(
  service: Service,
  table: Table,
  query: Pick<QueryOptions, 'filter'>,
  limit: number,
  skip: SkipToken | undefined,
): Page {
  const store = service.store.table(table.logicalName)
  const columns = orderColumns(table, [])
  const after = skip && rowIdentity(table, rowOfCookie(skip.columns, columns))
  const rows: StoredRow[] = []
  for (const id of store.ids.after(after)) {
    const row = store.get(id)
    if (row === undefined || query.filter?.(row, service.related) === false) continue
    if (rows.length === limit) return { rows, next: nextToken(rows, columns, skip) }
    rows.push(row)
  }
  return { rows, next: undefined }
}

/** Reads one page in the order that `$orderby` asks for. */
export function pageInOrder(
  service: Service,
  table: Table,
  query: QueryOptions,
  limit: number,
  skip: SkipToken | undefined,
): Page {
  const columns = orderColumns(table, query.orderBy)
  const after = skip && rowOfCookie(skip.columns, columns)
  const matching: StoredRow[] = []
  for (const row of service.context.rows(table.logicalName)) {
    if (query.filter?.(row, service.related) === false) continue
    if (after !== undefined && query.compare(row, after, service.related) <= 0) continue
    matching.push(row)
  }
  matching.sort((a, b) => query.compare(a, b, service.related))
  if (matching.length <= limit) return { rows: matching, next: undefined }
  const rows = matching.slice(0, limit)
  return { rows, next: nextToken(rows, columns, skip) }
}

function nextToken(
  rows: readonly StoredRow[],
  columns: ReturnType<typeof orderColumns>,
  skip: SkipToken | undefined,
): SkipToken | undefined {
  const [first] = rows
  const last = rows.at(-1)
  // A page without room for rows has nothing to go on from.
  if (first === undefined || last === undefined) return undefined
  return {
    page: (skip?.page ?? 1) + 1,
    columns: cookieColumnsOf(columns, first, last),
    tracking: false,
    extras: {},
  }
}
