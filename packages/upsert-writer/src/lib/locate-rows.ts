import { allColumns, type Comparison, compareRows } from './compare-rows.js'
import type { Columns, PendingRow } from './pending-row.js'
import { readByKey } from './read-by-key.js'
import { toResult } from './row-result.js'
import type { RunContext } from './run-context.js'
import type { Settle } from './write-rows.js'

/**
 * Looks rows up before they are written, where that is asked for or needed: to leave out what the table holds already, and to
 * find the GUIDs of rows whose keys cannot stand in an address.
 *
 * @returns the rows that have to be written
 */
export async function locateRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<readonly PendingRow[]> {
  const { operation, skipUnchanged } = context.plan.options
  if (operation === 'create') return rows
  if (skipUnchanged && operation !== 'delete') return compareAll(context, rows, settle)
  const hidden = rows.filter((row) => row.unaddressable && row.id === undefined)
  if (hidden.length > 0) await findHidden(context, hidden)
  return rows.filter((row) => {
    if (operation !== 'delete' || row.known !== 'absent') return true
    settle(row, toResult(row, 'unchanged', undefined))
    return false
  })
}

/** Finds the GUIDs of rows whose keys hold characters that no address takes; new rows get one of ours. */
export async function findHidden(context: RunContext, rows: readonly PendingRow[]): Promise<void> {
  const found = await readByKey(context, rows, { select: [], expand: [] })
  const { primaryIdColumn } = context.plan.table
  for (const row of rows) {
    const stored = found.get(row)
    if (stored === undefined) beAbsent(context, row)
    else {
      row.id = String(stored[primaryIdColumn]).toLowerCase()
      row.ownId = false
      row.known = 'exists'
      row.full = { columns: row.columns, followUps: row.followUps, id: undefined }
    }
  }
}

function beAbsent(context: RunContext, row: PendingRow): void {
  row.known = 'absent'
  if (!row.unaddressable || row.id !== undefined) return
  row.id = context.plan.options.newId().toLowerCase()
  row.ownId = true
}

async function compareAll(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<readonly PendingRow[]> {
  const comparisons = await compareRows(context, rows)
  return rows.filter((row) => {
    const comparison = comparisons.get(row)!
    if (comparison.kind === 'absent') {
      beAbsent(context, row)
      return true
    }
    if (comparison.changed.length === 0) {
      settle(row, toResult(row, 'unchanged', comparison.id))
      return false
    }
    narrow(row, comparison)
    return true
  })
}

/** Leaves only what differs. Should the row vanish in the meantime, all its columns are still known. */
function narrow(row: PendingRow, { id, changed }: Extract<Comparison, { kind: 'exists' }>): void {
  row.full = { columns: row.columns, followUps: row.followUps, id: row.id }
  row.known = 'exists'
  row.id = id
  row.changed = changed
  const names = new Set(changed)
  // A state without its status would get the default one, so the pair stays together.
  if (names.has('statecode') || names.has('statuscode'))
    for (const name of ['statecode', 'statuscode']) names.add(name)
  const pick = (columns: Columns): Columns =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => names.has(name)))
  const [first, ...rest] = [row.columns, ...row.followUps]
    .map(pick)
    .filter((columns) => Object.keys(columns).length > 0)
  row.columns = first ?? allColumns(row)
  row.followUps = rest
}
