import { leadsToParties } from '../activities/activity-parties.js'
import { replaceParties } from '../activities/replace-parties.js'
import { addPair } from '../associations/pairs.js'
import { methodNotAllowed, notEmulated, segmentNotFound } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { pairedIds } from '../query/collection-rows.js'
import { parseQueryOptions } from '../query/parse-query-options.js'
import { optionRefused } from '../query/query-errors.js'
import { parseQueryParts } from '../query/query-parts.js'
import { countRows, type ListScope, listRows } from '../reading/list-rows.js'
import { rowAddress } from '../reading/row-address.js'
import type { ManyNavigation, Navigation, SingleNavigation, Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { postRow, type RowRequest, representation } from './row-requests.js'

/**
 * Serves `GET accounts(…)/primarycontactid`, `GET` and `POST accounts(…)/contact_customer_accounts`, and `PUT` of an
 * activity's parties, the one collection that can be replaced.
 */
export function navigationRequest(
  context: RowRequest,
  row: StoredRow,
  navigation: Navigation,
  rest: readonly string[],
): ServiceResponse {
  if (context.request.method === 'POST' && navigation.kind !== 'single' && rest.length === 0) {
    return createInCollection(context, row, navigation)
  }
  const replaces = context.request.method === 'PUT' && rest.length === 0
  if (replaces && navigation.kind === 'collection' && leadsToParties(context.service, navigation)) {
    return replaceParties(context, row, navigation)
  }
  if (context.request.method !== 'GET') throw methodNotAllowed(context.request.method)
  return navigation.kind === 'single'
    ? relatedRow(context, row, navigation, rest)
    : relatedRows(context, row, navigation, rest)
}

/** Serves `GET …/$ref`: the address of the row that a lookup points at, or those of the rows of a collection. */
export function readReferences(context: RowRequest, row: StoredRow, navigation: Navigation): ServiceResponse {
  if (navigation.kind !== 'single') return relatedRows(context, row, navigation, ['$ref'])
  const { service, request } = context
  const found = pointedAt(service, row, navigation)
  if (found === undefined) return { status: 204 }
  const address = rowAddress(request, found.table, found.row)
  return jsonResponse(200, {
    '@odata.context': `${request.serviceRoot}/$metadata#$ref`,
    '@odata.id': address,
  })
}

// OData 4.0, "Create an Entity": a POST to a collection of a row creates a row that is in it.
function createInCollection(
  context: RowRequest,
  row: StoredRow,
  navigation: ManyNavigation,
): ServiceResponse {
  const { service, table: owner } = context
  const table = service.schema.byLogicalName(navigation.table)
  if (table === undefined) throw segmentNotFound(navigation.name)
  const id = String(row[owner.primaryIdColumn])
  const isPair = navigation.kind === 'many-to-many'
  return postRow(
    { ...context, table },
    {
      prepare: (values) =>
        isPair ? values : { ...values, [navigation.column.logicalName]: { id, table: owner.logicalName } },
      tie(made) {
        if (isPair) addPair(service, navigation, id, String(made[table.primaryIdColumn]))
      },
    },
  )
}

/** The row that a lookup of a row points at, through one of its navigation properties. */
function pointedAt(
  service: Service,
  row: StoredRow,
  { column, targets }: SingleNavigation,
): { readonly table: Table; readonly row: StoredRow } | undefined {
  const value = row[column.logicalName] ?? null
  if (value === null || typeof value !== 'object' || !targets.includes(value.table)) return undefined
  const table = service.schema.byLogicalName(value.table)
  const found = service.related.get(value.table, value.id)
  return table === undefined || found === undefined ? undefined : { table, row: found }
}

function relatedRow(
  context: RowRequest,
  row: StoredRow,
  navigation: SingleNavigation,
  rest: readonly string[],
): ServiceResponse {
  const { service, request } = context
  if (rest.length > 0) throw notEmulated('paths beyond a navigation property')
  const found = pointedAt(service, row, navigation)
  if (found === undefined) return { status: 204 }
  const { table, row: related } = found
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
  const references = rest.length === 1 && rest[0] === '$ref'
  if (references) refuseColumns(request)
  const scope = {
    path: [`${owner.entitySetName}(${id})`, navigation.name, ...(references ? rest : [])].join('/'),
    within: withinCollection(service, table, navigation, id),
    references,
  }
  if (rest.length === 0 || references) return listRows(service, formats, request, table, scope)
  if (rest.length === 1 && rest[0] === '$count') return countRows(service, request, table, scope)
  throw notEmulated('paths beyond a navigation property')
}

// OData 4.0, "Requesting Entity References": what comes has no columns.
function refuseColumns({ rawQuery }: ParsedRequest): void {
  const option = parseQueryParts(rawQuery).find(({ name }) => name === '$select' || name === '$expand')
  if (option !== undefined) throw optionRefused(`${option.name} does not go together with /$ref.`)
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
