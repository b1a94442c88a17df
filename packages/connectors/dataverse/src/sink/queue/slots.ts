import pLimit from 'p-limit'

/** Requests under way. */
export interface Slots {
  /** Sets how many there may be; may change at any time. */
  limitTo(concurrency: number): void
  readonly hasRoom: boolean
  readonly areEmpty: boolean
  /** Starts work, which takes up a slot until it ends. */
  start(work: () => Promise<void>): void
  /** Resolves once all of them have ended. */
  drain(): Promise<void>
}

/** @param onFailed told what a piece of work threw @param onFreed told whenever a slot is free again */
export function createSlots(onFailed: (error: unknown) => void, onFreed: () => void): Slots {
  const limit = pLimit(1)
  const slots = new Set<Promise<void>>()
  return {
    limitTo(concurrency) {
      limit.concurrency = Math.max(1, concurrency)
    },
    get hasRoom() {
      return slots.size < limit.concurrency
    },
    get areEmpty() {
      return slots.size === 0
    },
    start(work) {
      const slot: Promise<void> = limit(work)
        .catch(onFailed)
        .finally(() => {
          slots.delete(slot)
          onFreed()
        })
      slots.add(slot)
    },
    async drain() {
      await Promise.all(slots)
    },
  }
}
