import { createWithRelated } from '../associations/create-with-related.js'
import { parseReference } from '../associations/referenced-row.js'
import { ServiceError } from '../http/service-error.js'
import { type RowTarget, resolveTarget } from '../routes/find-row.js'
import { valuesToCreate } from '../routes/row-requests.js'
import { identityOf, rowIdentity } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { readBody } from '../writing/read-body.js'
import { payloadError } from '../writing/read-value.js'
import { duplicateRow, updateRow } from '../writing/write-row.js'
import type { BulkTarget } from './bulk-targets.js'

/**
 * Creates or updates rows by primary or alternate keys. Must run inside a transaction.
 *
 * @throws ServiceError 412 when one row stands in `targets` twice, 400 `0x80040216` for a row that would be created
 * and repeats a key column of its `@odata.id` in its body (as observed in the field).
 */
export function upsertMultiple(service: Service, table: Table, targets: readonly BulkTarget[]): void {
  const seen = new Set<string>()
  for (const target of targets) {
    const address = addressOf(service, table, target)
    const row = upsert(service, table, target, address)
    const id = rowIdentity(table, row)
    if (seen.has(id)) throw duplicateRow()
    seen.add(id)
  }
}

function upsert(service: Service, table: Table, target: BulkTarget, address: RowTarget): StoredRow {
  const before = address.id === undefined ? undefined : service.store.table(table.logicalName).get(address.id)
  if (before !== undefined) {
    const values = readBody(service, table, target, 'update', before)
    if (address.kind === 'key') for (const name of Object.keys(address.values)) delete values[name]
    return updateRow(service, table, before, values)
  }
  return createWithRelated(service, table, target, (values) => {
    if (address.kind === 'key' && Object.keys(address.values).some((name) => name in values))
      throw unexpected()
    return valuesToCreate({ service, table }, address, values)
  })
}

function addressOf(service: Service, table: Table, target: BulkTarget): RowTarget {
  const address = target['@odata.id']
  if (typeof address === 'string') {
    const { name, predicate } = parseReference(address)
    if (name !== table.entitySetName || predicate === undefined) {
      throw payloadError(table, `'${address}' is not a row of '${table.entitySetName}'.`)
    }
    return resolveTarget(service, table, predicate, 'body')
  }
  const id = target[table.primaryIdColumn]
  if (typeof id !== 'string') {
    throw payloadError(
      table,
      `A row in 'Targets' has neither '${table.primaryIdColumn}' nor an '@odata.id' with an alternate key.`,
    )
  }
  const found = resolveTarget(service, table, { kind: 'id', literal: { text: id, quoted: false } }, 'body')
  if (!table.isElastic || found.kind !== 'id') return found
  return { kind: 'id', id: identityOf(found.id, target.partitionid) }
}

function unexpected(): ServiceError {
  return new ServiceError(400, '0x80040216', 'An unexpected error occurred.')
}
