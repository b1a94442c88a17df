import type { Clock } from '@deltaverse/core'
import {
  abortableDelay,
  type DataverseError,
  isDataverseError,
  isResponseError,
  type ResponseError,
} from '@deltaverse/core'
import type { RetryEvent } from '../client-event.js'
import { tellListener } from '../tell-listener.js'
import { wasNeverSent } from '../transport/no-response-error.js'
import type { OutgoingRequest, RequestHandler } from '../transport/request.js'
import type { DataverseResponse } from '../transport/response.js'
import type { FailedAttempt, RetrySettings } from './retry-options.js'
import { decideRetry } from './retry-rules.js'

/** Sends a request once. A wait for a free slot or an open gate that would end after `deadlineMs` is not begun. */
export type Attempt = (request: OutgoingRequest, deadlineMs: number) => Promise<DataverseResponse>

export interface RetryEnvironment {
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** Told before every wait. */
  readonly onEvent?: ((event: RetryEvent) => void) | undefined
}

/**
 * The one retry loop. Ends when an attempt succeeds, a rule gives up, `maxAttempts` counted failures happened, the next
 * wait would go beyond `maxTotalMs`, or the signal aborts; it always throws the last error as it came.
 */
export function createRetry(
  attempt: Attempt,
  options: RetrySettings,
  { clock, random, onEvent }: RetryEnvironment,
): RequestHandler {
  return async (request) => {
    const deadlineMs = clock.now() + options.maxTotalMs
    const repeatable = request.repeatable ?? request.method !== 'POST'
    for (let number = 1, failures = 1, carriedOut = 1; ; number++) {
      const outcome = await attempt(request, deadlineMs).then(
        (response) => ({ response }),
        (error: unknown) => ({ error: retryableOrThrow(error, request) }),
      )
      if ('response' in outcome) return noteAttempts(outcome.response, carriedOut)
      const error = isResponseError(outcome.error) ? noteAttempts(outcome.error, carriedOut) : outcome.error
      const wait = planWait({ attempt: number, failures, error, request, repeatable }, options, random)
      if (wait === undefined || clock.now() + wait.delayMs > deadlineMs) throw error
      if (wait.counted) failures++
      if (mayHaveBeenCarriedOut(error)) carriedOut++
      const { delayMs } = wait
      if (onEvent !== undefined) {
        const untilMs = clock.now() + delayMs
        tellListener(onEvent, { kind: 'retry', attempt: number, delayMs, untilMs, error, request })
      }
      // At the gate it waits together with all others, not by itself.
      if (!wait.atGate) await abortableDelay(clock, delayMs, request.signal)
    }
  }
}

// Both are made in this package, for this one request, and seen by nobody yet.
function noteAttempts<T extends DataverseResponse | ResponseError>(answer: T, attempts: number): T {
  return Object.assign(answer, { attempts })
}

// A 429 says that nothing was done.
function mayHaveBeenCarriedOut(error: DataverseError): boolean {
  return !(isResponseError(error) && error.status === 429) && !wasNeverSent(error)
}

// Wrong arguments, aborts and the errors of interceptors are nobody's to repeat.
function retryableOrThrow(error: unknown, request: OutgoingRequest): DataverseError {
  if (request.signal?.aborted || !isDataverseError(error)) throw error
  return error
}

interface PlannedWait {
  readonly delayMs: number
  readonly counted: boolean
  readonly atGate: boolean
}

function planWait(
  failed: FailedAttempt,
  options: RetrySettings,
  random: () => number,
): PlannedWait | undefined {
  const decision = decideRetry(options.rules, failed)
  if (decision === 'give-up') return undefined
  const counted = !decision.uncounted
  if (counted && failed.failures >= options.maxAttempts) return undefined
  const delayMs =
    'retryAfterMs' in decision ? decision.retryAfterMs : backOffMs(failed.attempt, options, random)
  return { delayMs, counted, atGate: 'retryAfterMs' in decision && decision.atGate === true }
}

/** Full jitter: anything from 0 to the exponential bound, so that clients that failed together come back apart. */
function backOffMs(attempt: number, options: RetrySettings, random: () => number): number {
  const boundMs = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(boundMs * random())
}
