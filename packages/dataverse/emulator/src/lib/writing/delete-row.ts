import { markDeletedParty } from '../activities/activity-parties.js'
import { releaseFiles } from '../files/set-file.js'
import { ServiceError } from '../http/service-error.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import { refuseDirectWrite } from './direct-writes.js'
import { updateRow } from './write-row.js'

/**
 * Deletes a row and does to the rows that point at it what their relationship says. Must run inside a transaction:
 * a restriction found late takes everything back.
 *
 * @param place `nested` for a row that goes with another: of some tables no others can be deleted.
 * @throws ServiceError 405 `0x80040227` when a relationship forbids it.
 */
export function deleteRow(
  service: Service,
  table: Table,
  id: string,
  place: 'direct' | 'nested' = 'direct',
): void {
  const rows = service.store.table(table.logicalName)
  const row = rows.get(id)
  if (row === undefined) return
  if (place === 'direct') refuseDirectWrite(table, 'DELETE')
  // Gone before its references are looked at, so that cascades which lead back here end.
  service.store.remove(table.logicalName, id)
  releaseFiles(service, table, row)
  markDeletedParty(service, table.logicalName, id)
  for (const other of service.schema.tables()) {
    if (service.store.table(other.logicalName).size === 0) continue
    removePairs(service, other, table, id)
    for (const column of other.columns) {
      const relationship = column.targets.find((target) => target.table === table.logicalName)
      const action = relationship?.onDelete ?? 'remove-link'
      if (relationship === undefined || action === 'no-cascade') continue
      for (const referencing of service.store.table(other.logicalName).idsByLookup(column.logicalName, id)) {
        releaseReference(service, other, referencing, column.logicalName, action)
      }
    }
  }
}

function removePairs({ store }: Service, { logicalName, intersect }: Table, table: Table, id: string): void {
  for (const end of intersect?.ends ?? []) {
    if (end.table !== table.logicalName) continue
    for (const pairId of store.table(logicalName).idsByLookup(end.column, id))
      store.remove(logicalName, pairId)
  }
}

function releaseReference(
  service: Service,
  table: Table,
  id: string,
  column: string,
  action: 'cascade' | 'remove-link' | 'restrict',
): void {
  if (action === 'restrict') {
    throw new ServiceError(
      405,
      '0x80040227',
      'The object you tried to delete is associated with another object and cannot be deleted. ' +
        `It is referenced by ${table.logicalName} with Id = ${id}.`,
    )
  }
  if (action === 'cascade') {
    deleteRow(service, table, id, 'nested')
    return
  }
  const row = service.store.table(table.logicalName).get(id)
  if (row !== undefined) updateRow(service, table, row, { [column]: null }, 'unchecked')
}
