import { type DataverseError, isDataverseError } from '@deltaverse/contract'
import { abortableDelay } from './abortable-delay.js'
import type { Clock } from './clock.js'
import type { Interceptor, OutgoingRequest } from './request.js'
import type { FailedAttempt, ResolvedRetryOptions } from './retry-options.js'
import { decideRetry } from './retry-rules.js'

export interface RetryEnvironment {
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
}

/**
 * The one retry loop. Ends when an attempt succeeds, a rule gives up, `maxAttempts` counted failures happened, the next
 * wait would go beyond `maxTotalMs`, or the signal aborts; it always throws the last error as it came.
 */
export function createRetry(options: ResolvedRetryOptions, { clock, random }: RetryEnvironment): Interceptor {
  return (next) => async (request) => {
    const startedMs = clock.now()
    const repeatable = request.repeatable ?? request.method !== 'POST'
    for (let attempt = 1, failures = 1; ; attempt++) {
      const outcome = await next(request).then(
        (response) => ({ response }),
        (error: unknown) => ({ error: retryableOrThrow(error, request) }),
      )
      if ('response' in outcome) return outcome.response
      const failed = { attempt, failures, error: outcome.error, request, repeatable }
      const wait = planWait(failed, options, random)
      if (wait === undefined || clock.now() - startedMs + wait.delayMs > options.maxTotalMs)
        throw failed.error
      if (wait.counted) failures++
      options.onRetry?.({ attempt, delayMs: wait.delayMs, error: failed.error, request })
      await abortableDelay(clock, wait.delayMs, request.signal)
    }
  }
}

// Wrong arguments, aborts and the errors of interceptors are nobody's to repeat.
function retryableOrThrow(error: unknown, request: OutgoingRequest): DataverseError {
  if (request.signal?.aborted || !isDataverseError(error)) throw error
  return error
}

function planWait(
  failed: FailedAttempt,
  options: ResolvedRetryOptions,
  random: () => number,
): { delayMs: number; counted: boolean } | undefined {
  const decision = decideRetry(options.rules, failed)
  if (decision === 'give-up') return undefined
  const counted = !decision.uncounted
  if (counted && failed.failures >= options.maxAttempts) return undefined
  const delayMs =
    'retryAfterMs' in decision ? decision.retryAfterMs : backOffMs(failed.attempt, options, random)
  return { delayMs, counted }
}

/** Full jitter: anything from 0 to the exponential bound, so that clients that failed together come back apart. */
function backOffMs(attempt: number, options: ResolvedRetryOptions, random: () => number): number {
  const boundMs = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(boundMs * random())
}
