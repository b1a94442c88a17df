import type { CallOptions, CheckpointStore, Lease, SyncState } from '@deltaverse/core'
import { DataverseError } from '@deltaverse/core'
import { requireRevision } from './require-revision.js'

export interface MemoryCheckpointStore extends CheckpointStore {
  /** As {@link CheckpointStore.acquire}, among the users of this object; `lost` never aborts. */
  acquire(name: string, call?: CallOptions): Promise<Lease>
}

/** Keeps states for as long as the process lives: for tests, and for syncs whose sink keeps nothing either. */
export function createMemoryCheckpointStore(): MemoryCheckpointStore {
  const states = new Map<string, { readonly text: string; readonly revision: string }>()
  const leases = new Map<string, symbol>()
  let saves = 0

  return {
    async load(name, call) {
      call?.signal?.throwIfAborted()
      const stored = states.get(name)
      if (stored === undefined) return undefined
      return { state: JSON.parse(stored.text) as SyncState, revision: stored.revision }
    },

    async save(name, state, expectedRevision, call) {
      call?.signal?.throwIfAborted()
      requireRevision(name, states.get(name)?.revision, expectedRevision)
      saves += 1
      const revision = String(saves)
      states.set(name, { text: JSON.stringify(state), revision })
      return revision
    },

    async acquire(name, call) {
      call?.signal?.throwIfAborted()
      if (leases.has(name)) {
        throw new DataverseError(
          `the checkpoint of ${name} is held by another sync in this process (${process.pid}). Wait for it, or stop it`,
          { code: 'conflict', retryable: true },
        )
      }
      const own = Symbol(name)
      leases.set(name, own)
      return {
        lost: new AbortController().signal,
        async release() {
          if (leases.get(name) === own) leases.delete(name)
        },
      }
    },
  }
}
