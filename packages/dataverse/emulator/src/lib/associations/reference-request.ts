import { methodNotAllowed, notEmulated, ServiceError, segmentNotFound } from '../http/service-error.js'
import type { ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { resolveTarget, rowNotFound } from '../routes/find-row.js'
import { readReferences } from '../routes/navigation-requests.js'
import { type KeyPredicate, parseSegment } from '../routes/row-address.js'
import { type RowRequest, rowOf } from '../routes/row-requests.js'
import type {
  CollectionNavigation,
  ManyNavigation,
  ManyToManyNavigation,
  SingleNavigation,
  Table,
} from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { payloadError } from '../writing/read-value.js'
import { updateRow } from '../writing/write-row.js'
import { addPair, removePair } from './pairs.js'
import { parseReference, referencedRow } from './referenced-row.js'

/**
 * Serves the `$ref` requests: `GET` of both, `PUT` and `DELETE` of a lookup, `POST` and `DELETE` of a row in a
 * collection.
 *
 * Source: Microsoft Learn, "Associate and disassociate table rows using the Web API".
 */
export function referenceRequest(
  context: RowRequest,
  predicate: KeyPredicate | undefined,
  path: readonly string[],
): ServiceResponse {
  const { service, table, request } = context
  const [segment = '', suffix] = path
  if (predicate === undefined || path.length !== 2 || suffix !== '$ref') throw segmentNotFound('$ref')
  const row = rowOf(context, resolveTarget(service, table, predicate))
  const { name, predicate: member } = parseSegment(segment)
  const navigation = table.navigation(name)
  if (navigation === undefined) throw segmentNotFound(name)
  if (request.method === 'GET') {
    if (member !== undefined) throw notEmulated('the $ref of one row of a collection (GET)')
    return readReferences(context, row, navigation)
  }
  service.store.transact(() =>
    navigation.kind === 'single'
      ? changeLookup(context, row, navigation, member)
      : changeCollection(context, row, navigation, member),
  )
  return { status: 204 }
}

function changeLookup(
  { service, table, request }: RowRequest,
  row: StoredRow,
  navigation: SingleNavigation,
  member: KeyPredicate | undefined,
): void {
  if (member !== undefined) throw segmentNotFound(navigation.name)
  const { column } = navigation
  if (request.method === 'DELETE') {
    if (column.required) {
      throw new ServiceError(400, '0x80040203', `Attribute: ${column.logicalName} cannot be set to NULL`)
    }
    updateRow(service, table, row, { [column.logicalName]: null })
    return
  }
  if (request.method !== 'PUT') throw methodNotAllowed(request.method)
  const reference = referenceIn(table, request.body)
  const target = service.schema.byEntitySet(parseReference(reference).name)
  if (target === undefined || !navigation.targets.includes(target.logicalName)) {
    throw payloadError(table, `'${reference}' is not a row that '${navigation.name}' can be bound to.`)
  }
  const bound = referencedRow(service, target, reference)
  const value = { id: bound[target.primaryIdColumn] as string, table: target.logicalName }
  updateRow(service, table, row, { [column.logicalName]: value })
}

function changeCollection(
  { service, table, request }: RowRequest,
  row: StoredRow,
  navigation: ManyNavigation,
  member: KeyPredicate | undefined,
): void {
  const other = service.schema.byLogicalName(navigation.table)
  if (other === undefined) throw segmentNotFound(navigation.name)
  const link =
    navigation.kind === 'collection'
      ? lookupLink(service, table, row, other, navigation)
      : pairLink(service, table, row, other, navigation)
  if (request.method === 'POST') {
    if (member !== undefined) throw methodNotAllowed(request.method)
    const added = referencedRow(service, other, referenceIn(other, request.body))
    link.add(added)
    return
  }
  if (request.method !== 'DELETE') throw methodNotAllowed(request.method)
  const removed =
    member === undefined
      ? referencedRow(service, other, idOption(request.rawQuery))
      : rowOf({ service, table: other }, resolveTarget(service, other, member))
  // Not documented; a client that removes what is not there must be ready for it.
  if (link.remove(removed) || service.options.missingLinkStatus === 204) return
  throw rowNotFound(other, { kind: 'id', id: removed[other.primaryIdColumn] as string })
}

/** What ties a row to those of one of its collections. */
interface Link {
  add(other: StoredRow): void
  /** Tells whether it was there. */
  remove(other: StoredRow): boolean
}

function lookupLink(
  service: Service,
  table: Table,
  row: StoredRow,
  other: Table,
  navigation: CollectionNavigation,
): Link {
  const column = navigation.column.logicalName
  const here = { id: row[table.primaryIdColumn] as string, table: table.logicalName }
  return {
    add(added) {
      updateRow(service, other, added, { [column]: here })
    },
    remove(removed) {
      const value = removed[column] ?? null
      if (value === null || typeof value !== 'object' || value.id !== here.id) return false
      updateRow(service, other, removed, { [column]: null })
      return true
    },
  }
}

function pairLink(
  service: Service,
  table: Table,
  row: StoredRow,
  other: Table,
  navigation: ManyToManyNavigation,
): Link {
  const id = row[table.primaryIdColumn] as string
  return {
    add: (added) => addPair(service, navigation, id, added[other.primaryIdColumn] as string),
    remove: (removed) => removePair(service, navigation, id, removed[other.primaryIdColumn] as string),
  }
}

function referenceIn(table: Table, body: unknown): string {
  const reference =
    body !== null && typeof body === 'object' ? (body as Record<string, unknown>)['@odata.id'] : undefined
  if (typeof reference !== 'string') {
    throw payloadError(table, 'The body of a reference is an object with the member "@odata.id".')
  }
  return reference
}

function idOption(rawQuery: string): string {
  const option = parseQueryParts(rawQuery).find(({ name }) => name === '$id')
  if (option === undefined) {
    throw new ServiceError(400, '0x80060888', 'Removing a row from a collection needs its key, or $id.')
  }
  if (!/^https?:\/\//i.test(option.value)) {
    throw new ServiceError(400, '0x80060888', `$id must be an absolute URL: '${option.value}'.`)
  }
  return option.value
}
