import { DataverseError, type Lease } from '@deltaverse/core'

export interface MemoryLeases {
  acquire(name: string): Lease
  /** Leaves a lease whose holder has died. */
  leaveDead(name: string): void
  isDead(name: string): boolean
}

export function createMemoryLeases(): MemoryLeases {
  const holders = new Map<string, 'dead' | symbol>()
  return {
    acquire(name) {
      if ((holders.get(name) ?? 'dead') !== 'dead') {
        const message = `Process ${process.pid} works on ${name}: wait until it has ended.`
        throw new DataverseError(message, { code: 'conflict' })
      }
      const holder = Symbol(name)
      holders.set(name, holder)
      return {
        lost: new AbortController().signal,
        async release() {
          if (holders.get(name) === holder) holders.delete(name)
        },
      }
    },
    leaveDead(name) {
      holders.set(name, 'dead')
    },
    isDead: (name) => holders.get(name) === 'dead',
  }
}
