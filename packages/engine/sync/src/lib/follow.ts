import { isDataverseError, isResponseError, type Row } from '@deltaverse/core'
import type { ResolvedFollow } from './follow-options.js'
import type { ResolvedSync } from './options.js'
import type { Runner } from './runner.js'

/** Gives each read its turn. */
export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Reads again and again. Each read ends in a fresh delta token that is saved, so a table that is followed never expires,
 * however idle it is. An error that waiting may cure, of the service, the sink or the store, is reported and waited out;
 * then everything is opened afresh at what is saved.
 *
 * @throws whatever waiting will not cure; `signal.reason`
 */
export async function followTable<Position, R extends Row>(
  runner: Runner<Position, R>,
  options: ResolvedSync<Position, R>,
  follow: ResolvedFollow,
  takeTurn: TakeTurn,
): Promise<never> {
  const { onEvent, random } = options
  const { minIntervalMs, maxIntervalMs } = follow
  // A fifth more or less, so that many followers do not ask in step.
  const vary = (ms: number): number => ms * (0.8 + 0.4 * random())
  let intervalMs = minIntervalMs
  let failures = 0
  let delayMs = 0
  for (;;) {
    try {
      if (delayMs > 0) await runner.wait(delayMs)
      const changed = await takeTurn(() => runner.read())
      failures = 0
      intervalMs = changed ? minIntervalMs : Math.min(maxIntervalMs, intervalMs * 2)
      delayMs = vary(intervalMs)
    } catch (error) {
      if (!isDataverseError(error) || !error.retryable || options.signal?.aborted) throw error
      delayMs = Math.max(vary(Math.min(maxIntervalMs, minIntervalMs * 2 ** failures)), askedToWait(error))
      failures += 1
      await runner.letGo()
      onEvent({ kind: 'failed-poll', error, delayMs })
      continue
    }
    onEvent({ kind: 'waiting', delayMs })
  }
}

function askedToWait(error: unknown): number {
  return isResponseError(error) ? (error.retryAfterMs ?? 0) : 0
}
