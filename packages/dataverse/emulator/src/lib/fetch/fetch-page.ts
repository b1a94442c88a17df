import { ServiceError } from '../http/service-error.js'
import { cookieColumnsOf, rowOfCookie } from '../reading/page-cookie.js'
import { formatFetchCookie, parseInnerCookie } from '../reading/skip-token.js'
import type { Column } from '../schema/table.js'
import type { BoundFetch, BoundLink, JoinedRow } from './bind-fetch.js'
import type { JoinedComparison } from './fetch-order.js'
import type { FetchQuery } from './fetch-query.js'

/** Rows of one page. */
export interface FetchPage<Row> {
  readonly rows: readonly Row[]
  readonly more: boolean
  /** What the next page is asked for with; `undefined` on the last, and where the query has none. */
  readonly cookie: string | undefined
}

/** Rows that can be had by page numbers alone (Microsoft Learn, "Page results using FetchXml"). */
const maxSimpleRows = 50_000

/** One page of rows that are in order, by its number alone. */
export function simplePage<Row>(
  rows: readonly Row[],
  { page, top }: Pick<FetchQuery, 'page' | 'top'>,
  size: number,
): FetchPage<Row> {
  const wanted = top === undefined ? rows : rows.slice(0, top)
  const start = (page - 1) * size
  if (start >= maxSimpleRows) {
    throw new ServiceError(
      400,
      '0x8004430A',
      `Without a paging cookie at most ${maxSimpleRows} rows can be had.`,
    )
  }
  return { rows: wanted.slice(start, start + size), more: wanted.length > start + size, cookie: undefined }
}

/**
 * One page of joined rows that are in order: after the last row of the cookie, else by its number. A query that is ordered
 * by another table, or whose links may repeat a row, has no cookie.
 *
 * @throws ServiceError 400 for a cookie of another query or page.
 */
export function pageOf(
  rows: readonly JoinedRow[],
  bound: BoundFetch,
  query: FetchQuery,
  size: number,
  compare: JoinedComparison,
): FetchPage<JoinedRow> {
  const columns = cookieColumns(bound, query)
  if (query.pagingCookie !== undefined && columns === undefined) {
    throw new ServiceError(400, '0x80041129', 'This query has no paging cookie.')
  }
  const after =
    columns && query.pagingCookie !== undefined ? afterCookie(query, query.pagingCookie, columns) : undefined
  const page =
    after === undefined
      ? simplePage(rows, query, size)
      : simplePage(
          rows.filter((row) => compare(row, after) > 0),
          { page: 1, top: undefined },
          size,
        )
  const first = page.rows[0]?.get('')
  const last = page.rows.at(-1)?.get('')
  if (!page.more || columns === undefined || first === undefined || last === undefined) return page
  return { ...page, cookie: formatFetchCookie(query.page + 1, cookieColumnsOf(columns, first, last)) }
}

/** The columns of the order and the primary key; `undefined` for a query without a cookie. */
function cookieColumns({ entity, terms }: BoundFetch, { distinct }: FetchQuery): Column[] | undefined {
  const ofOthers = terms.some(({ source }) => source !== '')
  if (distinct || ofOthers || entity.links.some(mayRepeat)) return undefined
  return [...new Set([...terms.map(({ column }) => column), entity.table.primaryKey])]
}

/** A link that does not end at a primary key finds any number of rows. */
function mayRepeat({ from, links }: BoundLink): boolean {
  return !from.isPrimaryId || links.some(mayRepeat)
}

function afterCookie({ page }: FetchQuery, cookie: string, columns: readonly Column[]): JoinedRow {
  const read = parseInnerCookie(cookie)
  // How the service goes back, or on from another page, is not documented.
  if (read.page !== page - 1) {
    throw new ServiceError(
      400,
      '0x8004112A',
      `The paging cookie is that of page ${read.page}; it leads to page ${read.page + 1} and not to ${page}.`,
    )
  }
  return new Map([['', rowOfCookie(read.columns, columns)]])
}
