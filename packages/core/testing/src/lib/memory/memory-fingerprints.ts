import { DataverseError, type Fingerprints } from '@deltaverse/core'

type Rows = Map<string, { readonly text: string; readonly epoch: number }>

export interface FingerprintStorage {
  /** What was known at each mark. */
  readonly commits: Map<string, Rows>
  marks: number
}

export function createFingerprintStorage(): FingerprintStorage {
  return { commits: new Map(), marks: 0 }
}

/** A fingerprint store that is right: a copy of everything at each mark. */
export function createMemoryFingerprints(storage: FingerprintStorage): Fingerprints {
  let rows: Rows | undefined
  function opened(): Rows {
    if (rows === undefined)
      throw new DataverseError('The fingerprints is not open: open it first.', { code: 'bad-request' })
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
    async record(shown, epoch, call) {
      call?.signal?.throwIfAborted()
      return shown.map(({ id, bytes }) => {
        const text = Buffer.from(bytes).toString('base64')
        const before = opened().get(id)
        opened().set(id, { text, epoch })
        if (before === undefined) return 'new'
        return before.text === text ? 'unchanged' : 'changed'
      })
    },
    async remove(ids, call) {
      call?.signal?.throwIfAborted()
      return ids.map((id) => opened().delete(id))
    },
    async *stale(epoch, call) {
      const ids = [...opened()].filter(([, row]) => row.epoch < epoch).map(([id]) => id)
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
