import type { Clock } from '@deltaverse/core'

export interface VirtualClock extends Clock {
  /** Every wait so far, in milliseconds. */
  readonly delays: readonly number[]
  /** All waits together. */
  readonly waitedMs: number
  /** Moves the time on without a wait. */
  advance(ms: number): void
}

/**
 * A clock on which waiting takes no time: every wait moves the time on and ends at once, behind what else is under way.
 * A wait whose signal is aborted rejects with the reason of the signal.
 *
 * @param startMs where it begins. Default: the first moment of 2026, UTC
 */
export function createVirtualClock(startMs: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let nowMs = startMs
  let waitedMs = 0
  const delays: number[] = []
  return {
    delays,
    now: () => nowMs,
    async delay(ms, signal) {
      signal?.throwIfAborted()
      delays.push(ms)
      waitedMs += ms
      nowMs += ms
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
    get waitedMs() {
      return waitedMs
    },
    advance(ms) {
      nowMs += ms
    },
  }
}
