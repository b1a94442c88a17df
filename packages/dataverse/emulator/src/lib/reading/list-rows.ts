import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { parseQueryOptions } from '../query/parse-query-options.js'
import type { QueryOptions } from '../query/query-options.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { countTracked, readTrackedPage } from '../tracking/tracked-read.js'
import { type PageContent, pageResponse } from './page-body.js'
import { pageInIdOrder, pageInOrder } from './pages.js'
import { rowAddress } from './row-address.js'
import type { RowFormats } from './row-formats.js'
import { parseSkipToken, type SkipToken } from './skip-token.js'

/** Counts stop here; Microsoft Learn, "Count number of rows". */
const maxCount = 5000

/** Pages of elastic tables; Microsoft Learn, "Page results". */
const maxElasticPageSize = 500

/** A list that is less than a whole table. */
export interface ListScope {
  /** Path after the service root. */
  readonly path: string
  readonly within: (row: StoredRow) => boolean
  /** Whether only the addresses of the rows are wanted: `…/$ref`. Default: `false`. */
  readonly references?: boolean | undefined
}

/** Serves `GET accounts?…`: one page of a list, tracked or not. */
export function listRows(
  service: Service,
  formats: RowFormats,
  request: ParsedRequest,
  table: Table,
  scope?: ListScope,
): ServiceResponse {
  const query = service.tokenColumns.bind(table, scopedQuery(service, request, table, scope))
  const skip = query.skipToken === undefined ? undefined : parseSkipToken(query.skipToken)
  const { maxPageSize, trackChanges, includeAnnotations } = request.preferences
  const lost = service.options.changeTracking.lostWithAnnotations && includeAnnotations.length > 0
  const asked = trackChanges && !lost
  const tracked = asked || query.deltaToken !== undefined || skip?.tracking === true
  const { maxPageSize: most } = service.options
  const largest = table.isElastic ? Math.min(most, maxElasticPageSize) : most
  const sizeApplies = maxPageSize !== undefined && maxPageSize <= largest
  const pageSize = sizeApplies ? maxPageSize : largest
  const content = tracked
    ? readTrackedPage({ service, request, table, query, pageSize, skip })
    : readPage(service, request, table, query, pageSize, skip)
  const applied = [
    ...(tracked && asked ? ['odata.track-changes'] : []),
    ...(sizeApplies ? [`odata.maxpagesize=${maxPageSize}`] : []),
    ...(includeAnnotations.length > 0 ? [`odata.include-annotations="${includeAnnotations.join(',')}"`] : []),
  ]
  const references = scope?.references
  const format =
    references === true
      ? (row: StoredRow) => JSON.stringify({ '@odata.id': rowAddress(request, table, row) })
      : formats.for(table, query, request)
  const path = scope?.path ?? table.entitySetName
  return pageResponse({ service, request, table, query, format, path, applied, references }, content)
}

function scopedQuery(
  service: Service,
  request: ParsedRequest,
  table: Table,
  scope: ListScope | undefined,
): QueryOptions {
  const query = parseQueryOptions(request.rawQuery, table, service.schema, service.context)
  if (scope === undefined) return query
  const { filter } = query
  return {
    ...query,
    filter: (row, related) => scope.within(row) && (filter === undefined || filter(row, related)),
  }
}

function readPage(
  service: Service,
  request: ParsedRequest,
  table: Table,
  query: QueryOptions,
  pageSize: number,
  skip: SkipToken | undefined,
): PageContent {
  // With odata.maxpagesize the service ignores $top.
  const top = request.preferences.maxPageSize === undefined ? query.top : undefined
  const served = ((skip?.page ?? 1) - 1) * pageSize
  const limit = top === undefined ? pageSize : Math.min(pageSize, top - served)
  const read = query.orderBy.length === 0 ? pageInIdOrder : pageInOrder
  const { rows, next } = read(service, table, query, limit, skip)
  const last = next === undefined || (top !== undefined && served + rows.length >= top)
  return {
    entries: rows,
    delta: false,
    ...(last ? {} : { next }),
    ...(query.count ? { count: countOf(service, table, query) } : {}),
  }
}

function countOf(service: Service, table: Table, query: QueryOptions): { value: number; exceeded: boolean } {
  const count = countMatching(service, table, query)
  return { value: Math.min(count, maxCount), exceeded: count > maxCount }
}

function countMatching(service: Service, table: Table, query: QueryOptions): number {
  const { filter } = query
  if (filter === undefined) return service.store.table(table.logicalName).size
  let count = 0
  for (const row of service.context.rows(table.logicalName)) {
    if (filter(row, service.related)) count += 1
  }
  return count
}

/** Serves `GET accounts/$count`. */
export function countRows(
  service: Service,
  request: ParsedRequest,
  table: Table,
  scope?: ListScope,
): ServiceResponse {
  const query = scopedQuery(service, request, table, scope)
  const tracked = query.deltaToken !== undefined
  const count = tracked
    ? countTracked({ service, request, table, query, pageSize: 0, skip: undefined })
    : countOf(service, table, query).value
  const mark = service.options.countByteOrderMark ? '\uFEFF' : ''
  return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: `${mark}${count}` }
}
