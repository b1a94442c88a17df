import { ServiceError } from '../http/service-error.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'

/** The conditional headers of a request; `null`, the literal word, means nothing and is left out. */
export interface Conditions {
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
}

/** Reads `If-Match` and `If-None-Match`. */
export function parseConditions(headers: Readonly<Record<string, string | undefined>>): Conditions {
  const read = (name: string): string | undefined => {
    const value = headers[name]?.trim()
    return value === undefined || value === '' || value === 'null' ? undefined : value
  }
  return { ifMatch: read('if-match'), ifNoneMatch: read('if-none-match') }
}

/** A row's entity tag: its version. */
export function etagOf(row: StoredRow): string {
  return `W/"${row.versionnumber}"`
}

/**
 * Checks `If-Match` against the row as it is.
 *
 * @throws ServiceError 412 `0x80060882` when it differs.
 */
export function checkIfMatch(table: Table, { ifMatch }: Conditions, row: StoredRow): void {
  if (ifMatch === undefined || ifMatch === '*') return
  if (!table.optimisticConcurrencyEnabled) {
    const message = `Optimistic concurrency isn't enabled for entity type ${table.logicalName}.`
    throw new ServiceError(400, '0x8006088d', message)
  }
  if (ifMatch === etagOf(row)) return
  throw new ServiceError(
    412,
    '0x80060882',
    "The version of the existing record doesn't match the RowVersion property provided.",
  )
}

/** Whether a conditional read may answer 304. */
export function isNotModified({ ifNoneMatch }: Conditions, row: StoredRow): boolean {
  return ifNoneMatch !== undefined && ifNoneMatch === etagOf(row)
}
