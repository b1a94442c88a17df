import { methodNotAllowed, notEmulated, ServiceError, segmentNotFound } from '../http/service-error.js'
import { jsonContentType, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { formatContext } from '../query/format-context.js'
import { parseQueryOptions } from '../query/parse-query-options.js'
import type { RowFormats } from '../reading/row-formats.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { deleteRow } from '../writing/delete-row.js'
import { type RowValues, readBody } from '../writing/read-body.js'
import { createRow, duplicateRow, updateRow } from '../writing/write-row.js'
import { checkIfMatch, etagOf, isNotModified, parseConditions } from './conditions.js'
import { type RowTarget, resolveTarget, rowNotFound } from './find-row.js'
import type { KeyPredicate } from './row-address.js'

/** A request for one row, or for the table that it will stand in. */
export interface RowRequest {
  readonly service: Service
  readonly formats: RowFormats
  readonly request: ParsedRequest
  readonly table: Table
}

/** Serves `POST accounts`. */
export function postRow(context: RowRequest): ServiceResponse {
  const { service, request, table } = context
  const row = service.store.transact(() =>
    createRow(service, table, readBody(service, table, request.body, 'create')),
  )
  if (request.preferences.returnRepresentation) return representation(context, row, 201)
  return created(context, `${table.entitySetName}(${String(row[table.primaryIdColumn])})`)
}

/** Serves `GET`, `PATCH` and `DELETE` of `accounts(…)`; `address` is the segment as the caller wrote it. */
export function rowRequest(context: RowRequest, predicate: KeyPredicate, address: string): ServiceResponse {
  const { service, request, table } = context
  const target = resolveTarget(service, table, predicate)
  switch (request.method) {
    case 'GET':
      return getRow(context, target)
    case 'PATCH':
      return patchRow(context, target, address)
    case 'DELETE':
      return removeRow(context, target)
    default:
      throw methodNotAllowed(request.method)
  }
}

/** The row of a target, or 404. */
export function rowOf({ service, table }: RowRequest, target: RowTarget): StoredRow {
  const row = target.id === undefined ? undefined : service.store.table(table.logicalName).get(target.id)
  if (row === undefined) throw rowNotFound(table, target)
  return row
}

function getRow(context: RowRequest, target: RowTarget): ServiceResponse {
  const { service, request, table } = context
  const row = rowOf(context, target)
  const query = parseQueryOptions(request.rawQuery, table, service.schema, service.context)
  const plain = query.expand.length === 0 && request.preferences.includeAnnotations.length === 0
  if (plain && table.optimisticConcurrencyEnabled && isNotModified(parseConditions(request.headers), row)) {
    return { status: 304, headers: { ETag: etagOf(row) } }
  }
  return representation(context, row, 200)
}

/** A row as the body of a response. */
export function representation(context: RowRequest, row: StoredRow, status: 200 | 201): ServiceResponse {
  const { service, formats, request, table } = context
  const query = parseQueryOptions(request.rawQuery, table, service.schema, service.context)
  // $expand is ignored in the answer to a PATCH.
  const kept = request.method === 'PATCH' ? { ...query, expand: [] } : query
  const location = formatContext({
    serviceRoot: request.serviceRoot,
    entitySet: table.entitySetName,
    selected: kept.selected,
    expand: kept.expand,
    kind: 'entity',
  })
  const applied = appliedTo(request, status)
  return {
    status,
    headers: {
      'Content-Type': jsonContentType,
      ETag: etagOf(row),
      ...(applied.length > 0 ? { 'Preference-Applied': applied.join(', ') } : {}),
    },
    body: `{"@odata.context":${JSON.stringify(location)},${formats.for(table, kept, request)(row).slice(1)}`,
  }
}

function appliedTo({ method, preferences }: ParsedRequest, status: number): string[] {
  const annotations = preferences.includeAnnotations
  return [
    // Documented for rows that were created, not for those that a PATCH updated.
    ...(method !== 'GET' && status === 201 ? ['return=representation'] : []),
    ...(annotations.length > 0 ? [`odata.include-annotations="${annotations.join(',')}"`] : []),
  ]
}

function created({ request }: RowRequest, address: string): ServiceResponse {
  return { status: 204, headers: { 'OData-EntityId': `${request.serviceRoot}/${address}` } }
}

function patchRow(context: RowRequest, target: RowTarget, address: string): ServiceResponse {
  const { service, request, table } = context
  const conditions = parseConditions(request.headers)
  const before = target.id === undefined ? undefined : service.store.table(table.logicalName).get(target.id)
  if (before === undefined && conditions.ifMatch !== undefined) throw rowNotFound(table, target)
  if (before !== undefined && conditions.ifNoneMatch === '*') throw duplicateRow()
  if (before !== undefined) checkIfMatch(table, conditions, before)
  const body = readBody(service, table, request.body, before === undefined ? 'create' : 'update')
  const row = service.store.transact(() =>
    before === undefined
      ? createRow(service, table, valuesToCreate(table, target, body))
      : updateRow(service, table, before, valuesToUpdate(target, body)),
  )
  if (request.preferences.returnRepresentation) {
    return representation(context, row, before === undefined ? 201 : 200)
  }
  return created(context, address)
}

// Microsoft Learn, "Use Upsert to create or update a record": a body wins over the URL on create, ...
function valuesToCreate(table: Table, target: RowTarget, body: RowValues): RowValues {
  if (target.kind === 'key') return { ...target.values, ...body }
  return { ...body, [table.primaryIdColumn]: target.id }
}

// ... and on update its key columns are dropped.
function valuesToUpdate(target: RowTarget, body: RowValues): RowValues {
  if (target.kind !== 'key') return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(name in target.values)))
}

function removeRow(context: RowRequest, target: RowTarget): ServiceResponse {
  const { service, request, table } = context
  const row = rowOf(context, target)
  checkIfMatch(table, parseConditions(request.headers), row)
  service.store.transact(() => deleteRow(service, table, row[table.primaryIdColumn] as string))
  return { status: 204 }
}

/** Serves `accounts(…)/name`: `GET` (also with `/$value`), `PUT` and `DELETE` of one property. */
export function propertyRequest(
  context: RowRequest,
  predicate: KeyPredicate,
  path: readonly string[],
): ServiceResponse {
  const { service, request, table } = context
  const [name, suffix] = path as [string, string | undefined]
  const target = resolveTarget(service, table, predicate)
  const row = rowOf(context, target)
  const column = table.readProperty(name)
  if (column === undefined || path.length > 2) throw segmentNotFound(column === undefined ? name : path[2]!)
  if (suffix !== undefined && suffix !== '$value') throw segmentNotFound(suffix)
  if (request.method === 'GET') return propertyValue(context, row, column.logicalName, suffix === '$value')
  if (suffix !== undefined) throw methodNotAllowed(request.method)
  if (request.method !== 'PUT' && request.method !== 'DELETE') throw methodNotAllowed(request.method)
  const body = { [name]: request.method === 'DELETE' ? null : valueMember(request.body) }
  checkIfMatch(table, parseConditions(request.headers), row)
  const values = readBody(service, table, body, 'update')
  service.store.transact(() => updateRow(service, table, row, values))
  return { status: 204 }
}

function valueMember(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || !('value' in body)) {
    throw new ServiceError(400, '0x80048d19', 'The body of a property is an object with the member "value".')
  }
  return body.value
}

function propertyValue(
  { request, table }: RowRequest,
  row: StoredRow,
  column: string,
  raw: boolean,
): ServiceResponse {
  const value = row[column] ?? null
  if (value === null) return { status: 204 }
  const text = typeof value === 'object' ? value.id : String(value)
  if (raw) return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: text }
  const definition = table.column(column)!
  const path = `${table.entitySetName}(${String(row[table.primaryIdColumn])})/${definition.wireName}`
  const context = formatContext({ serviceRoot: request.serviceRoot, entitySet: path })
  const written = typeof value === 'string' || typeof value === 'object' ? JSON.stringify(text) : text
  return {
    status: 200,
    headers: { 'Content-Type': jsonContentType },
    body: `{"@odata.context":${JSON.stringify(context)},"value":${written}}`,
  }
}

/** 501 for the `$ref` requests. */
export function referenceRequest(): never {
  throw notEmulated('associating rows with $ref')
}
