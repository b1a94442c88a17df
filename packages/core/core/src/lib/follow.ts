import type { Clock } from './clock.js'
import { type DataverseError, isDataverseError, isResponseError } from './errors.js'
import { type FollowIntervals, toFollowSettings } from './follow-intervals.js'

/**
 * What happens between the reads of a table that is followed.
 *
 * | kind | said when |
 * |---|---|
 * | `failed-poll` | an error that waiting may cure; asked again in `delayMs`, at `untilMs` |
 * | `waiting` | nothing more to read; asked again in `delayMs`, at `untilMs` |
 */
export type FollowEvent =
  | ({ readonly kind: 'failed-poll'; readonly error: DataverseError } & Wait)
  | ({ readonly kind: 'waiting' } & Wait)

interface Wait {
  readonly delayMs: number
  /** When it is asked again; milliseconds since 1970. */
  readonly untilMs: number
}

/** What is read again and again. */
export interface Followed<T> {
  /** Reads once, from where the last read ended. @returns whether anything changed */
  read(): AsyncGenerator<T, boolean, undefined>
  /** Waits, and rejects as soon as there is nothing to wait for any more. */
  wait(ms: number): Promise<void>
  /** Lets go of what a read that failed has left open. Default: nothing. */
  letGo?(): Promise<void>
  readonly signal?: AbortSignal | undefined
  readonly intervals: FollowIntervals
  readonly onEvent: (event: FollowEvent) => void
  readonly clock: Pick<Clock, 'now'>
  /** From 0 (inclusive) to 1. */
  readonly random: () => number
}

/** However long somebody asks to be left alone: who follows a table must not end in all but name. */
const longestWaitMs = 3_600_000

/**
 * Reads again and again, and hands on what the reads bring. Each read ends in a fresh checkpoint, so a table that is followed
 * never expires, however idle it is. An error that waiting may cure is waited out: for twice as long each time, and at least
 * as long as `Retry-After` asks, up to an hour.
 *
 * @throws whatever waiting will not cure; `signal.reason`
 */
export async function* follow<T>(followed: Followed<T>): AsyncGenerator<T, never, undefined> {
  const { signal, onEvent, random, clock } = followed
  const { minIntervalMs, maxIntervalMs } = toFollowSettings(followed.intervals)
  // A fifth more or less, so that many followers do not ask in step.
  const vary = (ms: number): number => ms * (0.8 + 0.4 * random())
  let intervalMs = minIntervalMs
  let failures = 0
  let delayMs = 0
  for (;;) {
    try {
      if (delayMs > 0) await followed.wait(delayMs)
      const changed = yield* followed.read()
      failures = 0
      intervalMs = changed ? minIntervalMs : Math.min(maxIntervalMs, intervalMs * 2)
      delayMs = vary(intervalMs)
    } catch (error) {
      if (!isDataverseError(error) || !error.retryable || signal?.aborted) throw error
      const backOffMs = vary(Math.min(maxIntervalMs, minIntervalMs * 2 ** failures))
      delayMs = Math.max(backOffMs, Math.min(longestWaitMs, askedToWaitMs(error)))
      failures += 1
      await followed.letGo?.()
      onEvent({ kind: 'failed-poll', error, delayMs, untilMs: clock.now() + delayMs })
      continue
    }
    onEvent({ kind: 'waiting', delayMs, untilMs: clock.now() + delayMs })
  }
}

function askedToWaitMs(error: DataverseError): number {
  return isResponseError(error) ? (error.retryAfterMs ?? 0) : 0
}
