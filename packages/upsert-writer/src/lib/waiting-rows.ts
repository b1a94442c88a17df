import type { PendingRow } from './pending-row.js'

/** Rows that were pulled and not sent yet. No two of the open request, and none under way, may be one row. */
export interface WaitingRows {
  /** Rows of the next request. */
  readonly openRows: number
  readonly openBytes: number
  /** Rows that wait for another version of theirs to come back. */
  readonly parkedRows: number
  /** Takes a row in: into the open request, in the place of an earlier version, or aside. */
  add(row: PendingRow): void
  /** Hands out the open request. Its rows are under way until they are released. */
  take(): PendingRow[]
  /** A row came back: one that waits for it may go. */
  release(row: PendingRow): void
  /** Takes all rows out that were never sent. */
  drop(): PendingRow[]
}

/** Creates the waiting room of one run. `merge` says what two versions are together, if one write can say it. */
export function createWaitingRows(
  merge: (earlier: PendingRow, later: PendingRow) => PendingRow | undefined,
): WaitingRows {
  let open = new Map<string, PendingRow>()
  let openBytes = 0
  let parkedRows = 0
  const underWay = new Set<string>()
  const parked = new Map<string, PendingRow[]>()

  function put(row: PendingRow): void {
    openBytes += row.bytes - (open.get(row.lane)?.bytes ?? 0)
    open.set(row.lane, row)
  }

  function park(row: PendingRow): void {
    const list = parked.get(row.lane) ?? []
    const last = list.at(-1)
    const merged = last === undefined ? undefined : merge(last, row)
    if (merged !== undefined) {
      list[list.length - 1] = merged
      return
    }
    list.push(row)
    parked.set(row.lane, list)
    parkedRows += 1
  }

  return {
    get openRows() {
      return open.size
    },
    get openBytes() {
      return openBytes
    },
    get parkedRows() {
      return parkedRows
    },
    add(row) {
      const waiting = open.get(row.lane)
      if (parked.has(row.lane) || (waiting === undefined && underWay.has(row.lane))) {
        park(row)
        return
      }
      const merged = waiting === undefined ? row : merge(waiting, row)
      if (merged === undefined) park(row)
      else put(merged)
    },
    take() {
      const rows = [...open.values()]
      for (const { lane } of rows) underWay.add(lane)
      open = new Map()
      openBytes = 0
      return rows
    },
    release(row) {
      underWay.delete(row.lane)
      const list = parked.get(row.lane)
      const next = list?.shift()
      if (list === undefined || next === undefined) return
      parkedRows -= 1
      if (list.length === 0) parked.delete(row.lane)
      put(next)
    },
    drop() {
      const rows = [...open.values(), ...[...parked.values()].flat()]
      open = new Map()
      openBytes = 0
      parked.clear()
      parkedRows = 0
      return rows
    },
  }
}
