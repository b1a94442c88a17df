import { comparesFirst } from '../plan/compares-first.js'
import type { RunContext } from '../plan/run-context.js'
import type { Settle } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import { idOf, locatedOf } from '../row/row-facts.js'
import { findAbsent, findDiffering, findPresent } from '../row/row-steps.js'
import { compareRows } from './compare-rows.js'
import { readByKey } from './read-by-key.js'

/**
 * Looks rows up before they are written, where that is asked for or needed: to leave out what the table holds already, and to
 * find the GUIDs of rows whose keys cannot stand in an address. What was looked up before is left as it is.
 *
 * @returns the rows that have to be written
 */
export async function locateRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<readonly PendingRow[]> {
  const { options } = context.plan
  if (options.operation === 'create') return rows
  if (comparesFirst(options)) return compareAll(context, rows, settle)
  const hidden = rows.filter((row) => row.unaddressable && idOf(row) === undefined)
  if (hidden.length === 0) return rows
  await findHidden(context, hidden)
  return rows.filter((row) => {
    if (options.operation !== 'delete' || locatedOf(row).kind !== 'absent') return true
    settle(row, { status: 'unchanged' })
    return false
  })
}

/** Finds the GUIDs of rows whose keys hold characters that no address takes; new rows get one of ours. */
export async function findHidden(context: RunContext, rows: readonly PendingRow[]): Promise<void> {
  const found = await readByKey(context, rows, { select: [], expand: [] })
  const { table, options } = context.plan
  for (const row of rows) {
    const stored = found.get(row)
    if (stored === undefined) findAbsent(row, options.newId)
    else findPresent(row, String(stored[table.primaryIdColumn]).toLowerCase())
  }
}

async function compareAll(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<readonly PendingRow[]> {
  const unseen = rows.filter((row) => locatedOf(row).kind === 'prepared')
  if (unseen.length === 0) return rows
  const comparisons = await compareRows(context, unseen)
  return rows.filter((row) => {
    const comparison = comparisons.get(row)
    if (comparison === undefined) return true
    if (comparison.kind === 'absent') {
      findAbsent(row, context.plan.options.newId)
      return true
    }
    if (comparison.changed.length === 0) {
      settle(row, { status: 'unchanged', id: comparison.id })
      return false
    }
    findDiffering(row, comparison.id, comparison.changed)
    return true
  })
}
