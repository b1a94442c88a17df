import { setTimeout as delayByTimer } from 'node:timers/promises'

/** Time as the client sees it. Tests pass a virtual one. */
export interface Clock {
  /** Milliseconds since 1970, like `Date.now()`. */
  now(): number
  /**
   * Resolves after `ms` milliseconds. Only called by way of {@link abortableDelay}: a clock that cannot abort may
   * ignore the signal, and the wait ends all the same.
   */
  delay(ms: number, signal?: AbortSignal | undefined): Promise<unknown>
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  delay: waitByTimer,
}

// setTimeout() fires at once beyond this (24.8 days).
const longestTimerMs = 2_147_483_647

async function waitByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  let leftMs = ms
  do {
    const stepMs = Math.min(leftMs, longestTimerMs)
    await delayByTimer(stepMs, undefined, signal === undefined ? {} : { signal })
    leftMs -= stepMs
  } while (leftMs > 0)
}
