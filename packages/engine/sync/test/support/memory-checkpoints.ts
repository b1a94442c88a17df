import {
  type CheckpointStore,
  DataverseError,
  type Lease,
  type StoredState,
  type SyncState,
} from '@deltaverse/core'

export interface MemoryCheckpoints extends CheckpointStore {
  readonly states: Map<string, StoredState>
  acquire(name: string): Promise<Lease>
  /** Breaks the lease of a name off. */
  lose(name: string, reason?: unknown): void
  isHeld(name: string): boolean
}

/** States as JSON in memory, with compare-and-set and leases. */
export function createMemoryCheckpoints(): MemoryCheckpoints {
  const states = new Map<string, StoredState>()
  const leases = new Map<string, AbortController>()
  let saves = 0
  return {
    states,
    isHeld: (name) => leases.has(name),
    lose(name, reason) {
      const lease = leases.get(name)
      leases.delete(name)
      lease?.abort(reason)
    },
    async load(name) {
      const stored = states.get(name)
      return stored && (JSON.parse(JSON.stringify(stored)) as StoredState)
    },
    async save(name, state: SyncState, expectedRevision) {
      if (states.get(name)?.revision !== expectedRevision) {
        throw new DataverseError(`"${name}" was saved by somebody else`, { code: 'conflict' })
      }
      saves += 1
      const revision = `r${saves}`
      states.set(name, { state: JSON.parse(JSON.stringify(state)), revision })
      return revision
    },
    async acquire(name) {
      if (leases.has(name)) {
        throw new DataverseError(`"${name}" is being worked on by process 4711`, { code: 'conflict' })
      }
      const lease = new AbortController()
      leases.set(name, lease)
      return {
        lost: lease.signal,
        async release() {
          if (leases.get(name) === lease) leases.delete(name)
        },
      }
    },
  }
}
