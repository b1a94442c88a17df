import { fileRequest } from '../files/file-request.js'
import { rowContentType, wantsTextNumbers } from '../http/ieee754.js'
import { methodNotAllowed, ServiceError, segmentNotFound } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import { edmTypeOf } from '../query/comparable-value.js'
import { formatContext } from '../query/format-context.js'
import { exactTypes } from '../query/row-json.js'
import type { Column } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { readBody } from '../writing/read-body.js'
import { updateRow } from '../writing/write-row.js'
import { checkIfMatch, parseConditions } from './conditions.js'
import { resolveTarget } from './find-row.js'
import { navigationRequest } from './navigation-requests.js'
import type { KeyPredicate } from './row-address.js'
import { type RowRequest, rowOf } from './row-requests.js'

/** Serves `accounts(…)/name`: `GET` (also with `/$value`), `PUT` and `DELETE` of one property. */
export function propertyRequest(
  context: RowRequest,
  predicate: KeyPredicate,
  path: readonly string[],
): ServiceResponse {
  const { service, request, table } = context
  const [name = '', suffix, beyond] = path
  const target = resolveTarget(service, table, predicate)
  const row = rowOf(context, target)
  const navigation = table.navigation(name)
  if (navigation !== undefined) return navigationRequest(context, row, navigation, path.slice(1))
  const column = table.readProperty(name)
  if (column === undefined) throw segmentNotFound(name)
  if (beyond !== undefined) throw segmentNotFound(beyond)
  if (suffix !== undefined && suffix !== '$value') throw segmentNotFound(suffix)
  if (column.type === 'file' || column.type === 'image') {
    const answer = fileRequest(context, row, column, suffix)
    if (answer !== undefined) return answer
  }
  if (request.method === 'GET') return propertyValue(context, row, column, suffix === '$value')
  if (suffix !== undefined) throw methodNotAllowed(request.method)
  if (request.method !== 'PUT' && request.method !== 'DELETE') throw methodNotAllowed(request.method)
  const body = { [name]: request.method === 'DELETE' ? null : valueMember(request.body) }
  checkIfMatch(table, parseConditions(request.headers), row)
  const values = readBody(service, table, body, 'update', row)
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
  definition: Column,
  raw: boolean,
): ServiceResponse {
  const value = row[definition.logicalName] ?? null
  if (value === null) return { status: 204 }
  const text = typeof value === 'object' ? value.id : String(value)
  if (raw) return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: text }
  const path = `${table.entitySetName}(${String(row[table.primaryIdColumn])})/${definition.wireName}`
  const context = formatContext({ serviceRoot: request.serviceRoot, entitySet: path })
  const quoted =
    typeof value === 'string' ||
    typeof value === 'object' ||
    (wantsTextNumbers(request) && exactTypes.has(edmTypeOf(definition)))
  const written = quoted ? JSON.stringify(text) : text
  return {
    status: 200,
    headers: { 'Content-Type': rowContentType(request) },
    body: `{"@odata.context":${JSON.stringify(context)},"value":${written}}`,
  }
}
