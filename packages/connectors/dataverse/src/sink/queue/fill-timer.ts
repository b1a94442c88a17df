import type { Clock } from '@deltaverse/core'

/** Tells when rows have waited long enough for others to fill their request. */
export interface FillTimer {
  /** Whether the time is over. */
  readonly due: boolean
  /** Starts, unless it runs or is over. */
  start(): void
  reset(): void
  /** Lets go of the clock; the timer is of no use afterwards. */
  close(): void
}

/** Creates a timer that calls `onDue` once for each start. */
export function createFillTimer(clock: Clock, maxWaitMs: number, onDue: () => void): FillTimer {
  const closing = new AbortController()
  let startedMs: number | undefined
  let due = false
  let waiting = false

  // Requests fill much faster than the time goes by: one wait is kept and looked at when it ends, instead of one for each.
  async function wait(): Promise<void> {
    waiting = true
    try {
      while (startedMs !== undefined && !due) {
        const leftMs = startedMs + maxWaitMs - clock.now()
        if (leftMs > 0) await clock.delay(leftMs, closing.signal)
        else due = true
      }
      if (due) onDue()
    } catch {
      // Given up by close().
    } finally {
      waiting = false
    }
  }

  return {
    get due() {
      return due
    },
    start() {
      if (startedMs !== undefined) return
      startedMs = clock.now()
      if (!waiting) void wait()
    },
    reset() {
      startedMs = undefined
      due = false
    },
    close() {
      startedMs = undefined
      closing.abort()
    },
  }
}
