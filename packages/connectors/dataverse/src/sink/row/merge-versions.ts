import type { Row } from '@deltaverse/core'
import type { RunPlan } from '../plan/run-plan.js'
import type { PendingRow } from './pending-row.js'
import { prepareRow } from './prepare-row.js'

/**
 * Puts a later version of a row in the place of an earlier one that was not sent yet. Columns that only the earlier one
 * holds are kept, because written one after the other both would be in the table.
 *
 * @returns `undefined` where only two writes, one after the other, say the same
 */
export function mergeVersions(plan: RunPlan, earlier: PendingRow, later: PendingRow): PendingRow | undefined {
  if (!canMerge(plan, earlier, later)) return undefined
  const row: Row = { ...earlier.merged, ...later.merged }
  const merged = prepareRow(plan, row, later.index)
  return {
    ...merged,
    row: later.row,
    merged: row,
    earlier: [...earlier.earlier, { ...earlier, earlier: [] }],
  }
}

function canMerge({ options, table }: RunPlan, earlier: PendingRow, later: PendingRow): boolean {
  if (options.operation === 'create' || later.identity !== earlier.identity) return false
  if (later.etag !== undefined || earlier.etag !== undefined) return false
  if (options.keyOf !== undefined) return false
  if (hasState(later.merged) && !coversState(later.merged, earlier.merged)) return false
  // Of a lookup at several tables only one can be set: two binds of it in one body contradict each other.
  for (const { targets } of table.columns.values()) {
    const binds = new Set(targets.map(({ navigationProperty }) => `${navigationProperty}@odata.bind`))
    if (binds.size < 2) continue
    const both = [...binds].filter((bind) => bind in earlier.merged || bind in later.merged)
    if (both.length > 1) return false
  }
  return true
}

function hasState(row: Row): boolean {
  return row.statecode !== undefined || row.statuscode !== undefined
}

function coversState(later: Row, earlier: Row): boolean {
  return (
    (earlier.statecode === undefined || later.statecode !== undefined) &&
    (earlier.statuscode === undefined || later.statuscode !== undefined)
  )
}
