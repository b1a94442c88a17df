import type { KeyReadiness } from '@deltaverse/alternate-keys'
import { DataverseError } from '@deltaverse/core'
import type { TableMetadata } from '@deltaverse/metadata'

/**
 * Sees that the table has an active key of the columns that rows are named by.
 *
 * @throws DataverseError `bad-request` that says what to do
 */
export function checkOwnKey(
  { logicalName, primaryIdColumn, keys }: TableMetadata,
  key: readonly string[],
): void {
  if (key.length === 1 && key[0] === primaryIdColumn) return
  const wanted = new Set(key)
  const found = keys.find(
    ({ columns }) => columns.length === wanted.size && columns.every((column) => wanted.has(column)),
  )
  if (found?.indexStatus === 'Active') return
  const readiness =
    found === undefined ? 'missing' : found.indexStatus === 'Failed' ? 'failed' : ('pending' as const)
  throw new DataverseError(
    `${logicalName} has no active key of ${key.join(', ')} (it is ${readiness}), so no row can be told by it. ${adviceOnKey(logicalName, key, readiness)}`,
    { code: 'bad-request' },
  )
}

/** What to do about a key that is not active. */
export function adviceOnKey(table: string, columns: readonly string[], readiness: KeyReadiness): string {
  if (readiness === 'no-table' || readiness === 'no-column') return 'See the name'
  if (readiness === 'pending') return `Wait: deltaverse keys ${table} shows when its index is built`
  const ensure = `deltaverse keys ${table} --ensure ${columns.join(',')} --name new_${columns.join('_')}`
  return `${ensure} makes it`
}
