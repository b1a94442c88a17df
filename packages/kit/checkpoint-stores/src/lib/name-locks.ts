import { DataverseError, type Lease } from '@deltaverse/core'
import {
  acquireFileLock,
  type FileLock,
  type Files,
  makeFolder,
  nodeFiles,
  type Processes,
} from '@deltaverse/durable-files'

export interface NameLocksOptions {
  readonly directory: string
  readonly files?: Files | undefined
  readonly processes?: Processes | undefined
  readonly pathOf: (name: string) => string
}

/** One lock for each name: held for long as a lease, or for the time of one save. */
export interface NameLocks {
  acquire(name: string): Promise<Lease>
  /** Works while nobody else does: under the lease that was given out here, or under the lock itself. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>
}

interface HeldLease {
  readonly lock: FileLock
  readonly lost: AbortController
}

export function createNameLocks(options: NameLocksOptions): NameLocks {
  const { directory, files = nodeFiles, processes, pathOf } = options
  const leases = new Map<string, HeldLease>()
  const turns = new Map<string, Promise<unknown>>()

  async function lockOf(name: string): Promise<FileLock> {
    await makeFolder(files, directory)
    return await acquireFileLock(pathOf(name), `the checkpoint of ${name} in ${directory}`, {
      files,
      processes,
    })
  }

  async function underLease<T>(name: string, lease: HeldLease, work: () => Promise<T>): Promise<T> {
    if (!(await lease.lock.isHeld())) {
      const error = new DataverseError(
        `the lock file ${pathOf(name)} was removed or replaced, so another process may be working on ${name}. Stop that one, and start again`,
        { code: 'conflict' },
      )
      lease.lost.abort(error)
      throw error
    }
    return await work()
  }

  async function underLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const lock = await lockOf(name)
    try {
      return await work()
    } finally {
      await lock.release()
    }
  }

  return {
    async acquire(name) {
      const lock = await lockOf(name)
      const lost = new AbortController()
      const lease: HeldLease = { lock, lost }
      leases.set(name, lease)
      return {
        lost: lost.signal,
        async release() {
          if (leases.get(name) === lease) leases.delete(name)
          await lock.release()
        },
      }
    },

    async during(name, work) {
      const before = turns.get(name)
      const turn = (async () => {
        await before?.catch(() => undefined)
        const lease = leases.get(name)
        return await (lease === undefined ? underLock(name, work) : underLease(name, lease, work))
      })()
      turns.set(name, turn)
      try {
        return await turn
      } finally {
        if (turns.get(name) === turn) turns.delete(name)
      }
    },
  }
}
