import { createWithRelated } from '../associations/create-with-related.js'
import { rowContentType } from '../http/ieee754.js'
import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { formatContext } from '../query/format-context.js'
import { parseQueryOptions } from '../query/parse-query-options.js'
import type { QueryOptions } from '../query/query-options.js'
import { parseQueryParts } from '../query/query-parts.js'
import type { RowFormats } from '../reading/row-formats.js'
import { identityOf, rowIdentity, splitIdentity } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { deleteRow } from '../writing/delete-row.js'
import { unsupportedMessage } from '../writing/direct-writes.js'
import { type RowValues, readBody } from '../writing/read-body.js'
import { readColumnValue } from '../writing/read-value.js'
import { duplicateRow, updateRow } from '../writing/write-row.js'
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

/** What ties a new row to the row in whose collection it is created. */
export interface RowLink {
  /** Changes the new row's own values before it is created. */
  prepare(values: RowValues): RowValues
  /** Ties the row once it is there. */
  tie(row: StoredRow): void
}

const noLink: RowLink = { prepare: (values) => values, tie: () => {} }

/** Serves `POST accounts`, and with a link `POST accounts(…)/contact_customer_accounts`. */
export function postRow(context: RowRequest, link: RowLink = noLink): ServiceResponse {
  const { service, request, table } = context
  const query = representationQuery(context)
  const row = service.store.transact(() => {
    const made = createWithRelated(service, table, request.body, link.prepare)
    link.tie(made)
    return made
  })
  if (query !== undefined) return representation(context, row, 201, query)
  return created(context, `${table.entitySetName}(${String(row[table.primaryIdColumn])})`)
}

/** Serves `GET`, `PATCH` and `DELETE` of `accounts(…)`; `address` is the segment as the caller wrote it. */
export function rowRequest(context: RowRequest, predicate: KeyPredicate, address: string): ServiceResponse {
  const { service, request, table } = context
  // Microsoft Learn, web API reference of activityparty: RetrieveMultiple only.
  if (table.holdsParties && request.method === 'GET') throw unsupportedMessage(table, 'Retrieve')
  const found = resolveTarget(service, table, predicate)
  if (!table.isElastic || found.kind !== 'id') return answerRow(context, found, address)
  const { partition, others } = partitionOption(request.rawQuery)
  const target: RowTarget = { kind: 'id', id: identityOf(found.id, partition) }
  return answerRow({ ...context, request: { ...request, rawQuery: others } }, target, address)
}

function answerRow(context: RowRequest, target: RowTarget, address: string): ServiceResponse {
  const { method } = context.request
  switch (method) {
    case 'GET':
      return getRow(context, target)
    case 'PATCH':
      return patchRow(context, target, address)
    case 'DELETE':
      return removeRow(context, target)
    default:
      throw methodNotAllowed(method)
  }
}

/** `?partitionId='x'` says in which partition of an elastic table an id is; Microsoft Learn, "Use elastic tables with code". */
function partitionOption(rawQuery: string): { partition: string | undefined; others: string } {
  const parts = parseQueryParts(rawQuery)
  const named = (name: string): boolean => name.toLowerCase() === 'partitionid'
  const others = parts.filter(({ name }) => !named(name)).map(({ raw }) => raw)
  const option = parts.find(({ name }) => named(name))
  return { partition: option?.value.replaceAll(/^'|'$/g, ''), others: others.join('&') }
}

/** The row of a target, or 404. */
export function rowOf(
  { service, table }: Pick<RowRequest, 'service' | 'table'>,
  target: RowTarget,
): StoredRow {
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
  return representation(context, row, 200, query)
}

/** What of the row to answer, when the request asks for it; understood before the write has its effect. */
function representationQuery({ service, request, table }: RowRequest): QueryOptions | undefined {
  if (!request.preferences.returnRepresentation) return undefined
  const query = parseQueryOptions(request.rawQuery, table, service.schema, service.context)
  // $expand is ignored in the answer to a PATCH.
  return request.method === 'PATCH' ? { ...query, expand: [] } : query
}

/** A row as the body of a response. */
export function representation(
  context: RowRequest,
  row: StoredRow,
  status: 200 | 201,
  query: QueryOptions,
): ServiceResponse {
  const { formats, request, table } = context
  const location = formatContext({
    serviceRoot: request.serviceRoot,
    entitySet: table.entitySetName,
    selected: query.selected,
    expand: query.expand,
    kind: 'entity',
  })
  const applied = appliedTo(request, status)
  return {
    status,
    headers: {
      'Content-Type': rowContentType(request),
      ETag: etagOf(row),
      ...(applied.length > 0 ? { 'Preference-Applied': applied.join(', ') } : {}),
    },
    body: `{"@odata.context":${JSON.stringify(location)},${formats.for(table, query, request)(row).slice(1)}`,
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
  // Headers hold no letters beyond Latin-1: as they came, percent-encoded.
  const encoded = encodeURI(address).replaceAll('#', '%23')
  return { status: 204, headers: { 'OData-EntityId': `${request.serviceRoot}/${encoded}` } }
}

function patchRow(context: RowRequest, target: RowTarget, address: string): ServiceResponse {
  const { service, request, table } = context
  const conditions = parseConditions(request.headers)
  const before = target.id === undefined ? undefined : service.store.table(table.logicalName).get(target.id)
  if (before === undefined && conditions.ifMatch !== undefined) throw rowNotFound(table, target)
  if (before !== undefined && conditions.ifNoneMatch === '*') throw duplicateRow()
  if (before !== undefined) checkIfMatch(table, conditions, before)
  const query = representationQuery(context)
  const row = service.store.transact(() => {
    if (before === undefined) {
      return createWithRelated(service, table, request.body, (values) =>
        valuesToCreate(context, target, values),
      )
    }
    const values = readBody(service, table, request.body, 'update', before)
    return updateRow(service, table, before, valuesToUpdate(target, values))
  })
  if (query !== undefined) return representation(context, row, before === undefined ? 201 : 200, query)
  return created(context, address)
}

// Microsoft Learn, "Use Upsert to create or update a record".
/** What a row is created with that was addressed by a key: the body wins over the URL, ... */
export function valuesToCreate(
  { service, table }: Pick<RowRequest, 'service' | 'table'>,
  target: RowTarget,
  body: RowValues,
): RowValues {
  if (target.kind === 'key') {
    for (const [name, value] of Object.entries(target.values)) {
      checkExists(service, value)
      const column = table.column(name)
      // What comes by the URL is written like what comes by the body: too long, out of range or no option is refused.
      if (column !== undefined && !(name in body) && typeof value !== 'object')
        readColumnValue(table, column, value)
    }
    return { ...target.values, ...body }
  }
  return { ...body, [table.primaryIdColumn]: splitIdentity(target.id).id }
}

function checkExists(service: Service, value: ColumnValue): void {
  if (value === null || typeof value !== 'object') return
  const table = service.schema.byLogicalName(value.table)
  if (table === undefined || service.related.get(value.table, value.id) !== undefined) return
  const { code, message } = rowNotFound(table, { kind: 'id', id: value.id })
  throw new ServiceError(service.options.missingBindStatus, code, message)
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
  service.store.transact(() => deleteRow(service, table, rowIdentity(table, row)))
  return { status: 204 }
}
