import type { Clock } from '@deltaverse/core'

/** Time that passes as soon as somebody waits for it. */
export function createVirtualClock(): Clock & { readonly waitedMs: number } {
  let nowMs = Date.UTC(2026, 0, 1)
  const startMs = nowMs
  return {
    now: () => nowMs,
    async delay(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      nowMs += ms
    },
    get waitedMs() {
      return nowMs - startMs
    },
  }
}
