import { type CheckpointStore, DataverseError } from '@deltaverse/core'
import { createMemoryLeases, type MemoryLeases } from './memory-leases.js'

export interface StoreStorage {
  readonly texts: Map<string, string>
  readonly leases: MemoryLeases
  saves: number
}

export function createStoreStorage(): StoreStorage {
  return { texts: new Map(), leases: createMemoryLeases(), saves: 0 }
}

/** A checkpoint store that is right. */
export function createMemoryStore(storage: StoreStorage): CheckpointStore {
  const read = (name: string) => {
    const text = storage.texts.get(name)
    return text === undefined ? undefined : JSON.parse(text)
  }
  return {
    async load(name, call) {
      call?.signal?.throwIfAborted()
      return read(name)
    },
    async save(name, state, expectedRevision, call) {
      call?.signal?.throwIfAborted()
      if (read(name)?.revision !== expectedRevision) {
        throw new DataverseError(`Somebody else saved the state of ${name}: start again.`, {
          code: 'conflict',
        })
      }
      const revision = String(++storage.saves)
      storage.texts.set(name, JSON.stringify({ state, revision }))
      return revision
    },
    async acquire(name, call) {
      call?.signal?.throwIfAborted()
      return storage.leases.acquire(name)
    },
  }
}
