import { splitIdentity } from './schema/row-identity.js'
import type { CommittedChange } from './store/store.js'

/** One committed write. */
export interface HistoryEntry {
  readonly version: number
  /** Logical name. */
  readonly table: string
  readonly id: string
  /** Of an elastic table. */
  readonly partition?: string | undefined
  readonly operation: 'created' | 'updated' | 'deleted'
}

/** The committed writes of this run, oldest first. */
export interface History {
  add(changes: readonly CommittedChange[]): void
  entries(): readonly HistoryEntry[]
}

/** Keeps the newest `limit` entries. */
export function createHistory(limit: number): History {
  let entries: HistoryEntry[] = []
  return {
    add(changes) {
      if (limit === 0) return
      for (const change of changes) {
        if (change.kind === 'fact') continue
        const { version, table, id: identity } = change
        const { id, partition } = splitIdentity(identity)
        const operation = change.kind === 'deletion' ? 'deleted' : change.created ? 'created' : 'updated'
        entries.push({ version, table, id, operation, ...(partition === undefined ? {} : { partition }) })
      }
      if (entries.length > limit * 2 + 1000) entries = entries.slice(-limit)
    },
    entries: () => entries.slice(-limit),
  }
}
