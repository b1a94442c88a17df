import { type RowOutcome, replaced, type SettledRow, settled } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'

/** Where settled rows wait to be handed out. */
export interface Outlet {
  add(row: SettledRow): void
  /** A row and the versions that it took the place of. */
  addVersions(row: PendingRow, outcome: RowOutcome): void
  /** Rows that were pulled and never sent. */
  addNotRun(rows: readonly PendingRow[]): void
  /** What came since the last time. */
  take(): readonly SettledRow[]
}

/** @param onFailed told of every row that failed */
export function createOutlet(onFailed: () => void): Outlet {
  let waiting: SettledRow[] = []
  function add(row: SettledRow): void {
    waiting.push(row)
    if (row.outcome.status === 'failed') onFailed()
  }
  return {
    add,
    addVersions(row, outcome) {
      for (const each of row.earlier) add(replaced(each, row, outcome))
      add(settled(row, outcome))
    },
    addNotRun(rows) {
      for (const row of rows) {
        for (const each of [...row.earlier, row]) waiting.push(settled(each, { status: 'not-run' }))
      }
    },
    take() {
      const taken = waiting
      waiting = []
      return taken
    },
  }
}
