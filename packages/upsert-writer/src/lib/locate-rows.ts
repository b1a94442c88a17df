import type { PendingRow } from './pending-row.js'
import type { RunContext } from './run-context.js'
import type { Settle } from './write-rows.js'

/** Finds rows whose keys cannot stand in an address. */
export async function locateRows(
  _context: RunContext,
  rows: readonly PendingRow[],
  _settle: Settle,
): Promise<readonly PendingRow[]> {
  return rows
}
