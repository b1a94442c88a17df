/** The ids of a table in order, sorted only when somebody reads after an insertion out of order. */
export interface SortedIds {
  add(id: string): void
  remove(id: string): void
  /** All ids in order. May hold removed ones: ask the table whether the row is there. */
  settled(): readonly string[]
  /** Index in {@link settled} of the first id after `id`; 0 for `undefined`. */
  indexAfter(id: string | undefined): number
}

export function createSortedIds(): SortedIds {
  let sorted: string[] = []
  let pending: string[] = []
  const dead = new Set<string>()

  function settled(): readonly string[] {
    if (pending.length > 0) {
      sorted = merge(sorted, pending.sort())
      pending = []
    }
    if (dead.size > 1024 && dead.size > sorted.length / 2) {
      sorted = sorted.filter((id) => !dead.has(id))
      dead.clear()
    }
    return sorted
  }

  return {
    add(id) {
      // A removed id still has its place, so a row created again under it needs no second one.
      if (dead.delete(id)) return
      const last = sorted.at(-1)
      if (pending.length === 0 && (last === undefined || last < id)) sorted.push(id)
      else pending.push(id)
    },
    remove(id) {
      dead.add(id)
    },
    settled,
    indexAfter(id) {
      const ids = settled()
      if (id === undefined) return 0
      let low = 0
      let high = ids.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (ids[middle]! <= id) low = middle + 1
        else high = middle
      }
      return low
    },
  }
}

function merge(left: readonly string[], right: readonly string[]): string[] {
  const merged: string[] = []
  let l = 0
  let r = 0
  while (l < left.length && r < right.length) {
    merged.push(left[l]! < right[r]! ? left[l++]! : right[r++]!)
  }
  while (l < left.length) merged.push(left[l++]!)
  while (r < right.length) merged.push(right[r++]!)
  return merged
}
