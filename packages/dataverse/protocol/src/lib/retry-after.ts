/**
 * Milliseconds that a `Retry-After` header asks to wait: a number of seconds, or an HTTP date counted from `nowMs`.
 *
 * @returns `undefined` when the header is absent or unreadable; never negative
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim()
  if (text === undefined || text === '') return undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  // Date.parse reads far more than HTTP dates ("-5" is a year to it), and all of those start with a weekday.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
