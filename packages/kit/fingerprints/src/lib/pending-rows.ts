import { withRowKeys } from './row-key.js'
import type { Store, StoreWrite } from './store.js'
import type { Held } from './undo-block.js'

/** A row that was touched since the last write: what the store holds, and what it is to hold. */
interface Touched {
  readonly key: Buffer
  readonly before: string | undefined
  now: string | undefined
}

/** Rows that differ from the store, until they are written. */
export interface PendingRows {
  readonly size: number
  /** Makes these ids known to `get` and `set`: looks those up that were not touched yet. */
  load(store: Store, ids: readonly string[]): Promise<void>
  /** Whether a row is loaded. */
  has(id: string): boolean
  /** What is known of a loaded row. */
  get(id: string): string | undefined
  /** Changes a loaded row; `undefined` removes it. */
  set(id: string, entry: string | undefined): void
  /** What makes the store know what is known here, and what makes it forget that again. */
  changes(): { readonly writes: readonly StoreWrite[]; readonly undo: readonly Held[] }
  clear(): void
}

export function createPendingRows(): PendingRows {
  const rows = new Map<string, Touched>()

  function touched(id: string): Touched {
    const row = rows.get(id)
    if (row === undefined) throw new Error(`row ${id} was not loaded`)
    return row
  }

  return {
    get size() {
      return rows.size
    },
    async load(store, ids) {
      const missing = withRowKeys(ids.filter((id) => !rows.has(id)).map((id) => ({ id })))
      const entries = await store.getMany(missing.map(({ key }) => key))
      for (const [at, { id, key }] of missing.entries()) {
        const entry = entries[at]
        rows.set(id, { key, before: entry, now: entry })
      }
    },
    has: (id) => rows.has(id),
    get: (id) => touched(id).now,
    set(id, entry) {
      touched(id).now = entry
    },
    changes() {
      const writes: StoreWrite[] = []
      const undo: Held[] = []
      for (const [id, { key, before, now }] of rows) {
        if (now === before) continue
        writes.push({ key, value: now })
        undo.push({ id, entry: before })
      }
      return { writes, undo }
    },
    clear: () => rows.clear(),
  }
}
