import { ServiceError } from '../http/service-error.js'
import { resolveTarget, rowNotFound } from '../routes/find-row.js'
import { type AddressedSegment, parseSegment } from '../routes/row-address.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { payloadError } from '../writing/read-value.js'

/**
 * Takes the address of a row in a body apart: relative, with a slash before it, or absolute.
 *
 * @throws ServiceError 400 when it cannot be read.
 */
export function parseReference(reference: string): AddressedSegment {
  const path = reference
    .replace(/^https?:\/\/[^/]+/i, '')
    .replace(/^(\/[^/]+)?\/api\/data\/v9\.\d\//i, '')
    .replace(/^\//, '')
  return parseSegment(path)
}

/**
 * The row of `table` that a reference in a body names.
 *
 * @throws ServiceError 400 when it is no row of that table, 404 (or 400, by option) when there is no such row.
 */
export function referencedRow(service: Service, table: Table, reference: unknown): StoredRow {
  if (typeof reference !== 'string')
    throw payloadError(table, 'A reference is the address of a row, as text.')
  const { name, predicate } = parseReference(reference)
  if (predicate === undefined || service.schema.byEntitySet(name)?.logicalName !== table.logicalName) {
    throw payloadError(table, `'${reference}' is not a row of '${table.entitySetName}'.`)
  }
  const target = resolveTarget(service, table, predicate, 'body')
  const row = target.id === undefined ? undefined : service.store.table(table.logicalName).get(target.id)
  if (row !== undefined) return row
  const { code, message } = rowNotFound(table, target)
  throw new ServiceError(service.options.missingBindStatus, code, message)
}
