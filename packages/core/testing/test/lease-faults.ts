import type { Lease } from '@deltaverse/core'
import type { MemoryLeases } from '@deltaverse/testing'

/** What can be wrong with leases, as changes of leases that are right. */
export const leaseFaults: readonly {
  readonly what: string
  readonly caughtBy: readonly string[]
  acquire(
    leases: MemoryLeases,
    name: string,
    call?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Lease>
}[] = [
  {
    what: 'gives a name to everybody',
    caughtBy: [
      'gives a name to one holder at a time',
      'gives a name to exactly one of many who ask at once',
      'takes over the name of a holder that has died',
    ],
    acquire: async (leases, name) => leases.acquire(`${name} ${Math.random()}`),
  },
  {
    what: 'does not say who holds a name',
    caughtBy: ['gives a name to one holder at a time'],
    async acquire(leases, name) {
      try {
        return leases.acquire(name)
      } catch (error) {
        if (error instanceof Error) error.message = 'taken'
        throw error
      }
    },
  },
  {
    what: 'gives out one name at a time',
    caughtBy: ['gives different names to different holders'],
    acquire: async (leases) => leases.acquire('the only one'),
  },
  {
    what: 'lets go of a name for whoever holds it',
    caughtBy: ['takes a release twice, and not for that of a later holder'],
    async acquire(leases, name) {
      const lease = leases.acquire(name)
      return { ...lease, release: async () => leases.leaveDead(name) }
    },
  },
  {
    what: 'refuses with whatever error comes',
    caughtBy: ['gives a name to exactly one of many who ask at once'],
    async acquire(leases, name) {
      try {
        return leases.acquire(name)
      } catch {
        throw new Error('EEXIST')
      }
    },
  },
  {
    what: 'takes the name although the signal is aborted',
    caughtBy: ['takes nothing when the signal is aborted'],
    async acquire(leases, name, call) {
      const lease = leases.acquire(name)
      call?.signal?.throwIfAborted()
      return lease
    },
  },
  {
    what: 'waits for the dead',
    caughtBy: ['takes over the name of a holder that has died'],
    async acquire(leases, name) {
      if (leases.isDead(name)) throw new Error('somebody holds it')
      return leases.acquire(name)
    },
  },
]
