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
  // The row of each lane that is in the open request or under way.
  const first = new Map<string, PendingRow>()
  const parked = new Map<string, PendingRow[]>()
  let open: PendingRow[] = []
  let openBytes = 0
  let parkedRows = 0

  function put(row: PendingRow): void {
    first.set(row.lane, row)
    open.push(row)
    openBytes += row.bytes
  }

  /** Takes in a row whose lane is in use. */
  function addVersion(earlier: PendingRow, row: PendingRow): void {
    const place = parked.has(row.lane) ? -1 : open.indexOf(earlier)
    const merged = place === -1 ? undefined : merge(earlier, row)
    if (merged === undefined) {
      park(row)
      return
    }
    first.set(row.lane, merged)
    open[place] = merged
    openBytes += merged.bytes - earlier.bytes
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

  function putNextOf(lane: string): void {
    const list = parked.get(lane)
    const next = list?.shift()
    if (list === undefined || next === undefined) return
    parkedRows -= 1
    if (list.length === 0) parked.delete(lane)
    put(next)
  }

  return {
    get openRows() {
      return open.length
    },
    get openBytes() {
      return openBytes
    },
    get parkedRows() {
      return parkedRows
    },
    add(row) {
      const earlier = first.get(row.lane)
      if (earlier === undefined) put(row)
      else addVersion(earlier, row)
    },
    take() {
      const rows = open
      open = []
      openBytes = 0
      return rows
    },
    release({ lane }) {
      first.delete(lane)
      if (parkedRows > 0) putNextOf(lane)
    },
    drop() {
      const rows = [...open, ...[...parked.values()].flat()]
      for (const { lane } of open) first.delete(lane)
      open = []
      openBytes = 0
      parked.clear()
      parkedRows = 0
      return rows
    },
  }
}
