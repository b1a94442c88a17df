/** The ids of a table in order, sorted only when somebody reads after an insertion out of order. */
export interface SortedIds {
  add(id: string): void
  remove(id: string): void
  /** All ids in order. May hold removed ones: ask the table whether the row is there. */
  settled(): readonly string[]
  /** The ids after `id` in order, all for `undefined`; may hold removed ones, as {@link settled}. */
  after(id: string | undefined): Iterable<string>
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
    *after(id) {
      const ids = settled()
      for (let index = id === undefined ? 0 : indexAfter(ids, id); index < ids.length; index += 1) {
        const next = ids[index]
        if (next !== undefined) yield next
      }
    },
  }
}

/** Index of the first id after `id`. */
function indexAfter(ids: readonly string[], id: string): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = ids[middle]
    if (found !== undefined && found <= id) low = middle + 1
    else high = middle
  }
  return low
}

function merge(left: readonly string[], right: readonly string[]): string[] {
  const merged: string[] = []
  let r = 0
  for (const id of left) {
    for (let other = right[r]; other !== undefined && other <= id; other = right[r]) {
      merged.push(other)
      r += 1
    }
    merged.push(id)
  }
  return merged.concat(right.slice(r))
}
