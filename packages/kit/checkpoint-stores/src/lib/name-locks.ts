import { DataverseError, type Lease } from '@deltaverse/core'
import {
  acquireFileLock,
  type FileLock,
  type Files,
  makeFolder,
  nodeFiles,
  type Processes,
} from '@deltaverse/durable-files'
import type { Fences } from './fences.js'

export interface NameLocksOptions {
  readonly directory: string
  readonly files?: Files | undefined
  readonly processes?: Processes | undefined
  /** See `FileLockOptions`. */
  readonly staleMs?: number | undefined
  readonly pathOf: (name: string) => string
  readonly fences: Fences
}

/** One lock for each name: held for long as a lease, or for the time of one save. */
export interface NameLocks {
  acquire(name: string): Promise<Lease>
  /**
   * Works while nobody else does: under the lease that was given out here, or under the lock itself.
   *
   * @param work is told the fence under which it works
   */
  during<T>(name: string, work: (fence: number) => Promise<T>): Promise<T>
}

interface HeldLock {
  readonly lock: FileLock
  readonly fence: number
}

interface HeldLease extends HeldLock {
  /** @throws what `lost` aborts with */
  readonly check: () => Promise<void>
}

export function createNameLocks(options: NameLocksOptions): NameLocks {
  const { directory, files = nodeFiles, processes, staleMs, pathOf, fences } = options
  const leases = new Map<string, HeldLease>()
  const turns = new Map<string, Promise<unknown>>()

  async function lockOf(name: string, onLost?: () => void): Promise<HeldLock> {
    await makeFolder(files, directory)
    const what = `the checkpoint of ${name} in ${directory}`
    const lock = await acquireFileLock(pathOf(name), what, { files, processes, staleMs, onLost })
    try {
      return { lock, fence: await (lock.wasForced ? fences.raise(name) : fences.current(name)) }
    } catch (error) {
      // Whom it was taken from may still run, and does not write elsewhere than the next holder yet.
      if (lock.wasForced) lock.abandon()
      else await lock.release()
      throw error
    }
  }

  async function underLock<T>(name: string, work: (fence: number) => Promise<T>): Promise<T> {
    const { lock, fence } = await lockOf(name)
    try {
      return await work(fence)
    } finally {
      await lock.release()
    }
  }

  function lostError(name: string): DataverseError {
    return new DataverseError(
      `the lock file ${pathOf(name)} was removed or replaced, so another process may be working on ${name}. Stop that one, and start again`,
      { code: 'conflict' },
    )
  }

  return {
    async acquire(name) {
      const lost = new AbortController()
      const onLost = (): void => lost.abort(lostError(name))
      const { lock, fence } = await lockOf(name, onLost)
      async function check(): Promise<void> {
        if (!lost.signal.aborted && !(await lock.isHeld())) onLost()
        lost.signal.throwIfAborted()
      }
      const lease: HeldLease = { lock, fence, check }
      leases.set(name, lease)
      return {
        lost: lost.signal,
        fence,
        check,
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
        if (lease === undefined) return await underLock(name, work)
        await lease.check()
        return await work(lease.fence)
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
