import { ServiceError } from '../http/service-error.js'
import { isGuid } from '../ids.js'
import { identityOf } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import { readBody } from '../writing/read-body.js'
import { payloadError } from '../writing/read-value.js'
import { updateRow } from '../writing/write-row.js'
import type { BulkTarget } from './bulk-targets.js'

/**
 * Updates rows by their primary keys. Of several changes to one row only the first counts, without a word. Must run
 * inside a transaction.
 *
 * @throws ServiceError 400 for a row without its primary key, 404 when one does not exist.
 */
export function updateMultiple(service: Service, table: Table, targets: readonly BulkTarget[]): void {
  const rows = service.store.table(table.logicalName)
  const addressed = targets.map((target) => ({ target, id: idOf(table, target) }))
  const missing = addressed.map(({ id }) => id).filter((id) => rows.get(id) === undefined)
  if (missing.length > 0) {
    const list = [...new Set(missing)].join(', ')
    throw new ServiceError(404, '0x80040217', `Entity '${table.logicalName}' With Ids = ${list} Do Not Exist`)
  }
  const seen = new Set<string>()
  for (const { target, id } of addressed) {
    const before = rows.get(id)
    if (before === undefined || seen.has(id)) continue
    seen.add(id)
    updateRow(service, table, before, readBody(service, table, target, 'update', before))
  }
}

function idOf(table: Table, target: BulkTarget): string {
  const id = target[table.primaryIdColumn]
  if (typeof id === 'string' && isGuid(id)) {
    return table.isElastic ? identityOf(id.toLowerCase(), target.partitionid) : id.toLowerCase()
  }
  throw payloadError(
    table,
    `A row in 'Targets' has no '${table.primaryIdColumn}'; UpdateMultiple takes no other key.`,
  )
}
