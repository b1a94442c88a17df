import { formatRowPath, formatRowReference, type KeyPart } from '@deltaverse/protocol'
import { partsOfKey } from '@deltaverse/values'
import type { RunPlan } from '../plan/run-plan.js'
import type { PendingRow } from './pending-row.js'
import { idOf } from './row-facts.js'

/** The alternate key of a row; `undefined` for a row that is addressed by GUID only. */
export function keyPartsOf(
  { key, options }: RunPlan,
  row: PendingRow,
): readonly [KeyPart, ...KeyPart[]] | undefined {
  if (row.parts !== undefined) return row.parts
  return key === undefined || key.byPrimaryKey || options.operation === 'create'
    ? undefined
    : partsOfKey(key, row)
}

/** The path of a row relative to the service root. A GUID is shorter, and takes every character of a key. */
export function pathOfRow({ key, table }: RunPlan, row: PendingRow): string {
  const id = idOf(row)
  if (id !== undefined) return formatRowPath(table.entitySetName, id)
  if (row.parts !== undefined) return formatRowPath(table.entitySetName, row.parts)
  if (key === undefined) throw new Error(`row ${row.index} has neither a key nor a GUID`)
  return `${key.addressStart}${row.identity}')`
}

/** How a body names a row by its alternate key; `undefined` for one that is named by its GUID, or not at all. */
export function referenceOfRow(plan: RunPlan, row: PendingRow): string | undefined {
  const { key, options, table } = plan
  if (row.parts !== undefined) return formatRowReference(table.entitySetName, row.parts)
  if (key === undefined || key.byPrimaryKey || options.operation === 'create') return undefined
  // Plain text reads the same in a body as in an address.
  return `${key.addressStart}${row.identity}')`
}
