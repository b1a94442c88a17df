import { methodNotAllowed, notEmulated, segmentNotFound } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import { pairedIds } from '../query/collection-rows.js'
import { parseQueryOptions } from '../query/parse-query-options.js'
import { countRows, type ListScope, listRows } from '../reading/list-rows.js'
import type { ManyNavigation, Navigation, SingleNavigation, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { type RowRequest, representation } from './row-requests.js'

/** Serves `GET accounts(…)/primarycontactid` and `GET accounts(…)/contact_customer_accounts`. */
export function navigationRequest(
  context: RowRequest,
  row: StoredRow,
  navigation: Navigation,
  rest: readonly string[],
): ServiceResponse {
  if (context.request.method !== 'GET') throw methodNotAllowed(context.request.method)
  return navigation.kind === 'single'
    ? relatedRow(context, row, navigation, rest)
    : relatedRows(context, row, navigation, rest)
}

function relatedRow(
  context: RowRequest,
  row: StoredRow,
  { column, targets }: SingleNavigation,
  rest: readonly string[],
): ServiceResponse {
  const { service, request } = context
  if (rest.length > 0) throw notEmulated('paths beyond a navigation property')
  const value = row[column.logicalName] ?? null
  if (value === null || typeof value !== 'object' || !targets.includes(value.table)) return { status: 204 }
  const table = service.schema.byLogicalName(value.table)
  const related = service.related.get(value.table, value.id)
  if (table === undefined || related === undefined) return { status: 204 }
  const query = parseQueryOptions(request.rawQuery, table, service.schema, service.context)
  return representation({ ...context, table }, related, 200, query)
}

function relatedRows(
  { service, formats, request, table: owner }: RowRequest,
  row: StoredRow,
  navigation: ManyNavigation,
  rest: readonly string[],
): ServiceResponse {
  const table = service.schema.byLogicalName(navigation.table)
  if (table === undefined) throw segmentNotFound(navigation.name)
  if (request.preferences.trackChanges) throw notEmulated('change tracking of a navigation property')
  const id = String(row[owner.primaryIdColumn])
  const scope = {
    path: `${owner.entitySetName}(${id})/${navigation.name}`,
    within: withinCollection(service, table, navigation, id),
  }
  if (rest.length === 0) return listRows(service, formats, request, table, scope)
  if (rest.length === 1 && rest[0] === '$count') return countRows(service, request, table, scope)
  throw notEmulated('paths beyond a navigation property')
}

/** Whether a row of `table` is in the collection of the row of an id. */
function withinCollection(
  { related }: Service,
  table: Table,
  navigation: ManyNavigation,
  id: string,
): ListScope['within'] {
  if (navigation.kind === 'many-to-many') {
    const ids = new Set(pairedIds(related, navigation, id))
    return (each) => ids.has(String(each[table.primaryIdColumn]))
  }
  return (each) => {
    const value = each[navigation.column.logicalName] ?? null
    return value !== null && typeof value === 'object' && value.id === id
  }
}
