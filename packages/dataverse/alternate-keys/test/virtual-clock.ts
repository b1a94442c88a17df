import type { Clock } from '@deltaverse/core'

export interface VirtualClock extends Clock {
  /** Every wait so far, in milliseconds. */
  readonly delays: readonly number[]
  advance(ms: number): void
}

/** A clock on which waiting takes no time: every wait ends at once and moves the time on. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let nowMs = startMs
  const delays: number[] = []
  return {
    delays,
    now: () => nowMs,
    async delay(ms) {
      delays.push(ms)
      nowMs += ms
    },
    advance(ms) {
      nowMs += ms
    },
  }
}
