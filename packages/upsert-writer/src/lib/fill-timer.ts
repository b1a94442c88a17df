import type { Clock } from '@deltaverse/client'

/** Tells when rows have waited long enough for others to fill their request. */
export interface FillTimer {
  /** Whether the time is over. */
  readonly due: boolean
  /** Starts, unless it runs or is over. */
  start(): void
  reset(): void
}

/** Creates a timer that calls `onDue` once for each start. */
export function createFillTimer(clock: Clock, maxWaitMs: number, onDue: () => void): FillTimer {
  let waiting: AbortController | undefined
  let due = false
  return {
    get due() {
      return due
    },
    start() {
      if (waiting !== undefined) return
      const own = new AbortController()
      waiting = own
      clock.delay(maxWaitMs, own.signal).then(
        () => {
          if (waiting !== own) return
          due = true
          onDue()
        },
        // Given up by reset().
        () => {},
      )
    },
    reset() {
      waiting?.abort()
      waiting = undefined
      due = false
    },
  }
}
