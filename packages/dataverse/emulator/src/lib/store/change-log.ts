/** One write to a table. The row may have changed again since: then a later entry names it too. */
interface LoggedChange {
  readonly version: number
  readonly id: string
  readonly deleted: boolean
}

/** The writes to one table in the order of their versions, append-only but for rollback and compaction. */
export interface ChangeLog {
  append(change: LoggedChange): void
  readonly length: number
  /** How many entries the last compaction left. */
  readonly compactedLength: number
  /** The entries whose version is greater, in order; all by default. */
  after(version?: number): Iterable<LoggedChange>
  /** Takes back the newest entry. */
  pop(): void
  /** Drops the entries that `isCurrent` refuses. */
  compact(isCurrent: (change: LoggedChange) => boolean): void
}

/** Index of the first entry whose version is greater. */
function indexAfter(entries: readonly LoggedChange[], version: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = entries[middle]
    if (found !== undefined && found.version <= version) low = middle + 1
    else high = middle
  }
  return low
}

export function createChangeLog(): ChangeLog {
  let entries: LoggedChange[] = []
  let compactedLength = 0
  return {
    append(change) {
      entries.push(change)
    },
    get length() {
      return entries.length
    },
    get compactedLength() {
      return compactedLength
    },
    *after(version) {
      for (let index = version === undefined ? 0 : indexAfter(entries, version); ; index += 1) {
        const entry = entries[index]
        if (entry === undefined) return
        yield entry
      }
    },
    pop() {
      entries.pop()
    },
    compact(isCurrent) {
      entries = entries.filter(isCurrent)
      compactedLength = entries.length
    },
  }
}
