import { rowContentType, wantsTextNumbers } from '../http/ieee754.js'
import { includesAnnotation } from '../http/preferences.js'
import { notEmulated } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { wantedAnnotations } from '../query/row-json.js'
import type { RowShape } from '../query/row-shape.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import { type AggregatedRow, aggregateRows } from './aggregate-rows.js'
import { type BoundFetch, bindFetch, type JoinedRow, type WantedColumn } from './bind-fetch.js'
import { fetchOrder } from './fetch-order.js'
import { type FetchPage, pageOf, simplePage } from './fetch-page.js'
import type { FetchQuery } from './fetch-query.js'
import { formatMembers, type NamedValue } from './fetch-row-json.js'
import { joinRows } from './join-rows.js'
import { invalid, parseFetchXml } from './parse-fetch-xml.js'

/** Beside the query: `$count`, which the documented sample has and whose answer has no count, and a writer's tag. */
const withoutEffect = new Set(['$count', 'tag'])

/**
 * Serves `GET accounts?fetchXml=…`; `undefined` for a request without that option.
 *
 * Source: Microsoft Learn, "Use FetchXML with the Web API", "Page results using FetchXml".
 */
export function fetchRows(
  service: Service,
  request: ParsedRequest,
  table: Table,
): ServiceResponse | undefined {
  const parts = parseQueryParts(request.rawQuery)
  const option = parts.find(({ name }) => name.toLowerCase() === 'fetchxml')
  if (option === undefined) return undefined
  const other = parts.find((part) => part !== option && !withoutEffect.has(part.name))
  if (other !== undefined) throw notEmulated(`the query option ${other.name} together with fetchXml`)
  if (request.preferences.trackChanges) throw notEmulated('change tracking of a fetchXml')
  const query = parseFetchXml(option.value)
  if (query.entity.name !== table.logicalName) {
    throw invalid(`its entity '${query.entity.name}' is not the table of '${table.entitySetName}'`)
  }
  const bound = bindFetch(query.entity, service.schema, service.context)
  const size = Math.min(query.count ?? service.options.maxPageSize, service.options.maxPageSize)
  const joined = joinRows(service, bound.entity)
  if (query.aggregate) {
    const rows = aggregateRows(bound, joined, query.aggregateLimit)
    const page = simplePage(rows, query, size)
    return respond(service, request, table, query, page, rows.length, (row) => aggregatedValues(bound, row))
  }
  const aggregate = bound.columns.find((wanted) => wanted.aggregate !== undefined || wanted.groupBy)
  if (aggregate !== undefined || bound.aliasTerms.length > 0) {
    throw invalid("aggregates, groups and orders by alias need aggregate='true'")
  }
  const compare = fetchOrder(bound, service.schema, service.related)
  const columns = query.distinct ? bound.columns : withPrimaryKey(bound)
  const values = (row: JoinedRow): NamedValue[] => joinedValues(columns, row)
  const rows = query.distinct ? distinctRows(joined.sort(compare), values) : joined.sort(compare)
  const page = pageOf(rows, bound, query, size, compare)
  return respond(service, request, table, query, page, rows.length, values, (row) =>
    query.distinct ? undefined : row.get('')?.versionnumber,
  )
}

function withPrimaryKey({ columns, entity }: BoundFetch): readonly WantedColumn[] {
  const { primaryKey } = entity.table
  if (columns.some(({ source, column }) => source === '' && column === primaryKey)) return columns
  const plain = { aggregate: undefined, groupBy: false, distinct: false }
  return [...columns, { source: '', column: primaryKey, name: primaryKey.wireName, ...plain }]
}

function joinedValues(columns: readonly WantedColumn[], joined: JoinedRow): NamedValue[] {
  return columns.map(({ source, column, name }) => {
    const row = joined.get(source) ?? {}
    return { name, column, row, value: row[column.logicalName] ?? null }
  })
}

function aggregatedValues({ columns }: BoundFetch, row: AggregatedRow): NamedValue[] {
  return columns.map(({ column, name }) => ({ name, column, row: {}, value: row.get(name) ?? null }))
}

function distinctRows(
  rows: readonly JoinedRow[],
  values: (row: JoinedRow) => readonly NamedValue[],
): JoinedRow[] {
  const seen = new Map<string, JoinedRow>()
  for (const row of rows) {
    const key = JSON.stringify(values(row).map(({ value }) => textOf(value)))
    if (!seen.has(key)) seen.set(key, row)
  }
  return [...seen.values()]
}

function textOf(value: NamedValue['value']): string | null {
  if (value === null) return null
  return typeof value === 'object' ? value.id : String(value).toLowerCase()
}

function respond<Row>(
  service: Service,
  request: ParsedRequest,
  table: Table,
  query: FetchQuery,
  { rows, more, cookie }: FetchPage<Row>,
  total: number,
  valuesOf: (row: Row) => readonly NamedValue[],
  versionOf: (row: Row) => unknown = () => undefined,
): ServiceResponse {
  const { serviceRoot, preferences } = request
  const wanted = wantedAnnotations(preferences.includeAnnotations)
  const shape: RowShape = {
    schema: service.schema,
    related: service.related,
    serviceRoot,
    textNumbers: wantsTextNumbers(request),
  }
  const written = rows.map((row) => {
    const version = versionOf(row)
    const etag = version === undefined ? '' : `,"@odata.etag":"W/\\"${String(version)}\\""`
    return `{${(etag + formatMembers(valuesOf(row), wanted, shape)).slice(1)}}`
  })
  const annotation = (name: string, value: unknown): string =>
    value !== undefined && includesAnnotation(preferences, `Microsoft.Dynamics.CRM.${name}`)
      ? `,"@Microsoft.Dynamics.CRM.${name}":${JSON.stringify(value)}`
      : ''
  const annotations = preferences.includeAnnotations
  return {
    status: 200,
    headers: {
      'Content-Type': rowContentType(request),
      ...(annotations.length > 0
        ? { 'Preference-Applied': `odata.include-annotations="${annotations.join(',')}"` }
        : {}),
    },
    rows: total,
    body:
      `{"@odata.context":${JSON.stringify(`${serviceRoot}/$metadata#${table.entitySetName}`)}` +
      annotation('totalrecordcount', query.returnTotalRecordCount ? total : undefined) +
      annotation('fetchxmlpagingcookie', cookie) +
      annotation('morerecords', more ? true : undefined) +
      `,"value":[${written.join(',')}]}`,
  }
}
