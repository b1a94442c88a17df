/** No wait is shorter: a service that asks for a moment gets one, and not hundreds of requests a second. */
const shortestRetryAfterMs = 500

/** No wait is longer: whoever is told to come back in years asks again after an hour. */
const longestRetryAfterMs = 3_600_000

/**
 * Milliseconds that a `Retry-After` header asks to wait: a number of seconds, or an HTTP date counted from `nowMs`.
 *
 * @returns `undefined` when the header is absent or unreadable; else 0, or from {@link shortestRetryAfterMs} to
 *   {@link longestRetryAfterMs}
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) return bounded(Number(text) * 1000)
  // Date.parse reads far more than HTTP dates ("-5" is a year to it), and all of those start with a weekday.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : bounded(at - nowMs)
}

function bounded(ms: number): number {
  if (ms <= 0) return 0
  return Math.min(Math.max(Math.ceil(ms), shortestRetryAfterMs), longestRetryAfterMs)
}
