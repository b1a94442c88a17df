import type { Columns } from '../plan/columns.js'
import { comparesFirst } from '../plan/compares-first.js'
import type { RunContext } from '../plan/run-context.js'
import type { Settle } from '../result/row-outcome.js'
import { changeColumns, columnsOf, type PendingRow, partBytes } from '../row/pending-row.js'
import { sizeOfColumns } from '../row/size-of-columns.js'
import { allColumns, type Comparison, compareRows } from './compare-rows.js'
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
  const hidden = rows.filter((row) => row.unaddressable && row.id === undefined)
  if (hidden.length === 0) return rows
  await findHidden(context, hidden)
  return rows.filter((row) => {
    if (options.operation !== 'delete' || row.known !== 'absent') return true
    settle(row, { status: 'unchanged' })
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
      row.full = { columns: columnsOf(row), followUps: row.followUps, id: undefined }
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
  const unseen = rows.filter(({ known }) => known === 'unknown')
  if (unseen.length === 0) return rows
  const comparisons = await compareRows(context, unseen)
  return rows.filter((row) => {
    const comparison = comparisons.get(row)
    if (comparison === undefined) return true
    if (comparison.kind === 'absent') {
      beAbsent(context, row)
      return true
    }
    if (comparison.changed.length === 0) {
      settle(row, { status: 'unchanged', id: comparison.id })
      return false
    }
    narrow(row, comparison)
    return true
  })
}

/** Leaves only what differs. Should the row vanish in the meantime, all its columns are still known. */
function narrow(row: PendingRow, { id, changed }: Extract<Comparison, { kind: 'exists' }>): void {
  row.full = { columns: columnsOf(row), followUps: row.followUps, id: row.id }
  row.known = 'exists'
  row.id = id
  row.changed = changed
  const names = new Set(changed)
  // A state without its status would get the default one, so the pair stays together.
  if (names.has('statecode') || names.has('statuscode'))
    for (const name of ['statecode', 'statuscode']) names.add(name)
  const pick = (columns: Columns): Columns =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => names.has(name)))
  const [first, ...rest] = [columnsOf(row), ...row.followUps]
    .map(pick)
    .filter((columns) => Object.keys(columns).length > 0)
  const columns = first ?? allColumns(row)
  changeColumns(row, columns, rest)
  row.bytes = sizeOfColumns(columns) + partBytes
}
