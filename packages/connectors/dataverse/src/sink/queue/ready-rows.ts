import type { PendingRow } from '../row/pending-row.js'
import { bytesOf } from '../row/row-facts.js'

/** Rows that were compared with the table and differ: they wait for others, to be written together. */
export interface ReadyRows {
  readonly count: number
  readonly bytes: number
  add(rows: readonly PendingRow[]): void
  /** Hands out the oldest, so many and of that size at most; one in any case. */
  take(mostRows: number, mostBytes: number): PendingRow[]
  /** Takes all out. */
  drop(): PendingRow[]
}

export function createReadyRows(): ReadyRows {
  let waiting: PendingRow[] = []
  let bytes = 0
  return {
    get count() {
      return waiting.length
    },
    get bytes() {
      return bytes
    },
    add(rows) {
      for (const row of rows) {
        waiting.push(row)
        bytes += bytesOf(row)
      }
    },
    take(mostRows, mostBytes) {
      let end = 0
      let taken = 0
      for (const row of waiting) {
        if (end > 0 && (end >= mostRows || taken + bytesOf(row) > mostBytes)) break
        end += 1
        taken += bytesOf(row)
      }
      bytes -= taken
      return waiting.splice(0, end)
    },
    drop() {
      const rows = waiting
      waiting = []
      bytes = 0
      return rows
    },
  }
}
