import type { Store } from '../store/store.js'

/** The contents of files and full-size images, by their ids. They change inside transactions only. */
export interface FileStore {
  get(id: string): Buffer | undefined
  put(id: string, bytes: Buffer): void
  remove(id: string): void
  entries(): Iterable<readonly [id: string, bytes: Buffer]>
  /** Puts a fact of an earlier run into effect again; tells whether it was one of a file. */
  restoreFact(name: string, value: unknown): boolean
}

/** What the journal calls the facts of a {@link FileStore}. */
const facts = { put: 'file', remove: 'file-removed' } as const

/** The fact that a file is there. */
export function fileFact(id: string, bytes: Buffer): { readonly name: string; readonly value: unknown } {
  return { name: facts.put, value: { id, bytes: bytes.toString('base64') } }
}

/** Creates an empty file store whose changes are part of the transactions of `store`. */
export function createFileStore(store: Pick<Store, 'note'>): FileStore {
  const files = new Map<string, Buffer>()

  function set(id: string, bytes: Buffer | undefined): void {
    if (bytes === undefined) files.delete(id)
    else files.set(id, bytes)
  }

  return {
    get: (id) => files.get(id),
    put(id, bytes) {
      const before = files.get(id)
      const { name, value } = fileFact(id, bytes)
      store.note(name, value, () => set(id, before))
      set(id, bytes)
    },
    remove(id) {
      const before = files.get(id)
      if (before === undefined) return
      store.note(facts.remove, { id }, () => set(id, before))
      files.delete(id)
    },
    entries: () => files.entries(),
    restoreFact(name, value) {
      const { id, bytes } = (value ?? {}) as { id: string; bytes: string }
      if (name === facts.put) files.set(id, Buffer.from(bytes, 'base64'))
      else if (name === facts.remove) files.delete(id)
      else return false
      return true
    },
  }
}
