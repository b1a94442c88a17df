import { DataverseError, type RowLedger } from '@deltaverse/core'

type Rows = Map<string, { readonly text: string; readonly generation: number }>

export interface LedgerStorage {
  /** What was known at each mark. */
  readonly commits: Map<string, Rows>
  marks: number
}

export function createLedgerStorage(): LedgerStorage {
  return { commits: new Map(), marks: 0 }
}

/** A ledger that is right: a copy of everything at each mark. */
export function createMemoryLedger(storage: LedgerStorage): RowLedger {
  let rows: Rows | undefined
  function opened(): Rows {
    if (rows === undefined)
      throw new DataverseError('The ledger is not open: open it first.', { code: 'bad-request' })
    return rows
  }
  return {
    async open(mark, call) {
      call?.signal?.throwIfAborted()
      const known = mark === undefined ? undefined : storage.commits.get(mark)
      for (const other of [...storage.commits.keys()].reverse()) {
        if (other === mark) break
        storage.commits.delete(other)
      }
      rows = new Map(known)
      return mark === undefined || known !== undefined
    },
    async record(shown, generation, call) {
      call?.signal?.throwIfAborted()
      return shown.map(({ id, bytes }) => {
        const text = Buffer.from(bytes).toString('base64')
        const before = opened().get(id)
        opened().set(id, { text, generation })
        if (before === undefined) return 'new'
        return before.text === text ? 'unchanged' : 'changed'
      })
    },
    async remove(ids, call) {
      call?.signal?.throwIfAborted()
      return ids.map((id) => opened().delete(id))
    },
    async *stale(generation, call) {
      const ids = [...opened()].filter(([, row]) => row.generation < generation).map(([id]) => id)
      call?.signal?.throwIfAborted()
      while (ids.length > 0) yield ids.splice(0, 1_000)
    },
    count: () => opened().size,
    async commit(call) {
      call?.signal?.throwIfAborted()
      const mark = `mark ${++storage.marks}`
      storage.commits.set(mark, new Map(opened()))
      return mark
    },
    async close() {
      rows = undefined
    },
  }
}
