import type { PendingRow } from '../row/pending-row.js'
import { bytesOf } from '../row/row-facts.js'

/** Rows that were pulled and not sent yet. No two of the open request, and none under way, may be one row. */
export interface WaitingRows {
  /** Rows of the next request. */
  readonly openRows: number
  readonly openBytes: number
  /** Bytes of the versions of rows, waiting or set aside, that later ones took the place of: they are kept until these are settled. */
  readonly versionBytes: number
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
  // The place of each lane's row that is in the open request or under way, counted from the start of the run. Not the row itself: a
  // Map that is added to and deleted from throws its tables away, and what those hold outlives the rows by many collections.
  const places = new Map<string, number>()
  const parked = new Map<string, PendingRow[]>()
  let open: PendingRow[] = []
  let openStart = 0
  let openBytes = 0
  let parkedRows = 0
  let openVersionBytes = 0
  let parkedVersionBytes = 0

  function put(row: PendingRow): void {
    places.set(row.lane, openStart + open.length)
    open.push(row)
    openBytes += bytesOf(row)
    openVersionBytes += bytesOfVersions(row)
  }

  /** Takes in a row whose lane is in use. */
  function addVersion(place: number, row: PendingRow): void {
    const earlier = parked.has(row.lane) ? undefined : open[place - openStart]
    const merged = earlier === undefined ? undefined : merge(earlier, row)
    if (earlier === undefined || merged === undefined) {
      park(row)
      return
    }
    open[place - openStart] = merged
    openBytes += bytesOf(merged) - bytesOf(earlier)
    openVersionBytes += bytesOf(earlier)
  }

  function park(row: PendingRow): void {
    const list = parked.get(row.lane) ?? []
    const last = list.at(-1)
    const merged = last === undefined ? undefined : merge(last, row)
    if (last !== undefined && merged !== undefined) {
      list[list.length - 1] = merged
      parkedVersionBytes += bytesOf(last)
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
    parkedVersionBytes -= bytesOfVersions(next)
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
    get versionBytes() {
      return openVersionBytes + parkedVersionBytes
    },
    get parkedRows() {
      return parkedRows
    },
    add(row) {
      const place = places.get(row.lane)
      if (place === undefined) put(row)
      else addVersion(place, row)
    },
    take() {
      const rows = open
      openStart += open.length
      open = []
      openBytes = 0
      openVersionBytes = 0
      return rows
    },
    release({ lane }) {
      places.delete(lane)
      if (parkedRows > 0) putNextOf(lane)
    },
    drop() {
      const rows = [...open, ...[...parked.values()].flat()]
      for (const { lane } of open) places.delete(lane)
      openStart += open.length
      open = []
      openBytes = 0
      openVersionBytes = 0
      parked.clear()
      parkedRows = 0
      parkedVersionBytes = 0
      return rows
    },
  }
}

function bytesOfVersions({ earlier }: PendingRow): number {
  return earlier.reduce((bytes, version) => bytes + bytesOf(version), 0)
}
