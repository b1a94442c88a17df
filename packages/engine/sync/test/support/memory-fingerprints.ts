import type { Fingerprints } from '@deltaverse/core'

type Known = Map<string, { readonly text: string; readonly epoch: number }>

export interface MemoryFingerprints extends Fingerprints {
  /** Forgets everything, as a fingerprint store does whose folder was removed. */
  lose(): void
  /** A copy, to be put back later. */
  backUp(): () => void
  rows(): Map<string, string>
}

/** A fingerprint store in memory that goes back to the mark it is opened at, and knows nothing of what lay behind it. */
export function createMemoryFingerprints(groupSize = 7): MemoryFingerprints {
  let commits = new Map<string, Known>()
  let known: Known = new Map()
  let marks = 0
  return {
    lose() {
      commits = new Map()
    },
    backUp() {
      const copy = new Map(commits)
      return () => {
        commits = new Map(copy)
      }
    },
    rows: () => new Map([...known].map(([id, { text }]) => [id, text])),
    async open(mark) {
      const at = mark === undefined ? undefined : commits.get(mark)
      known = new Map(at)
      if (at === undefined) commits = new Map()
      const later = [...commits.keys()].slice([...commits.keys()].indexOf(mark ?? '') + 1)
      for (const each of later) commits.delete(each)
      return mark === undefined || at !== undefined
    },
    async record(rows, epoch) {
      return rows.map(({ id, bytes }) => {
        const text = Buffer.from(bytes).toString()
        const before = known.get(id)
        known.set(id, { text, epoch })
        return before === undefined ? 'new' : before.text === text ? 'unchanged' : 'changed'
      })
    },
    remove: async (ids) => ids.map((id) => known.delete(id)),
    async *stale(epoch) {
      const ids = [...known].filter(([, row]) => row.epoch < epoch).map(([id]) => id)
      while (ids.length > 0) yield ids.splice(0, groupSize)
    },
    count: () => known.size,
    async commit() {
      marks += 1
      const mark = `mark-${marks}`
      commits.set(mark, new Map(known))
      return mark
    },
    async close() {},
  }
}
