import type { Clock } from '@deltaverse/core'

export interface SteppedClock extends Clock {
  /** Moves the time on and ends the waits that are over by then, in their order. */
  advance(ms: number): Promise<void>
  /** Waits under way. */
  pending(): number
}

interface Wait {
  readonly endMs: number
  readonly end: () => void
}

/** A clock that stands still until it is moved. */
export function createSteppedClock(startMs = Date.UTC(2026, 0, 1)): SteppedClock {
  const waits = new Set<Wait>()
  let nowMs = startMs
  return {
    now: () => nowMs,
    pending: () => waits.size,
    delay: (ms, signal) =>
      new Promise((resolve, reject) => {
        const wait = { endMs: nowMs + ms, end: () => resolve(undefined) }
        waits.add(wait)
        signal?.addEventListener('abort', () => {
          waits.delete(wait)
          reject(signal.reason)
        })
      }),
    async advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const due = [...waits].filter(({ endMs }) => endMs <= untilMs).sort((a, b) => a.endMs - b.endMs)[0]
        if (due === undefined) break
        nowMs = Math.max(nowMs, due.endMs)
        waits.delete(due)
        due.end()
        await new Promise((resolve) => setImmediate(resolve))
      }
      nowMs = untilMs
    },
  }
}
