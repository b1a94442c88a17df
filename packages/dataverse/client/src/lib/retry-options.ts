import type { DataverseError } from '@deltaverse/core'
import { checkCount, checkFunction, checkFunctions, checkObject } from '@deltaverse/options'
import type { OutgoingRequest } from './request.js'

/** An attempt that failed, as rules and callbacks see it. */
export interface FailedAttempt {
  /** 1 for the first. Attempts that were only told to wait (429) are counted here too. */
  readonly attempt: number
  /** Failures that count against `maxAttempts`, this one included. */
  readonly failures: number
  readonly error: DataverseError
  readonly request: OutgoingRequest
  /** Whether the request may be sent again although nobody knows what became of it. */
  readonly repeatable: boolean
}

/**
 * What a rule says of a failed attempt: wait this long (`uncounted`: without using up one of `maxAttempts`; `atGate`: the
 * governor's gate does the waiting, for all requests together, and this is how long it is expected to take); wait as long
 * as the back-off says; give up; or `undefined`, not mine.
 */
export type RetryDecision =
  | { readonly retryAfterMs: number; readonly uncounted?: boolean; readonly atGate?: boolean }
  | { readonly backOff: true; readonly uncounted?: boolean }
  | 'give-up'
  | undefined

/** Rules are asked in order; the first that does not say `undefined` decides. */
export type RetryRule = (failed: FailedAttempt) => RetryDecision

/** Told before every wait. */
export interface RetryEvent {
  readonly attempt: number
  readonly delayMs: number
  readonly error: DataverseError
  readonly request: OutgoingRequest
}

/** How failures are repeated. The defaults suit a job that should rather finish late than fail. */
export interface RetryOptions {
  /**
   * How often a request is sent at most, the first time included. Waits that the service asks for with a 429 do not
   * count: `maxTotalMs` bounds those. 1 turns counted retries off. Default: 6.
   */
  readonly maxAttempts?: number | undefined
  /** Upper end of the first back-off, in milliseconds; doubled with every further one. Default: 500. */
  readonly baseDelayMs?: number | undefined
  /** No back-off is longer than this, in milliseconds. Does not shorten a `Retry-After`. Default: 30,000. */
  readonly maxDelayMs?: number | undefined
  /**
   * A wait that would end later than this after the first attempt began is not begun: the error comes at once instead, in
   * milliseconds. Default: 3,600,000 (an hour).
   */
  readonly maxTotalMs?: number | undefined
  /** Asked before the built-in rules. Default: none. */
  readonly rules?: readonly RetryRule[] | undefined
  /** Told before every wait. Default: nobody is. */
  readonly onRetry?: ((event: RetryEvent) => void) | undefined
}

export interface ResolvedRetryOptions {
  readonly maxAttempts: number
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  readonly maxTotalMs: number
  readonly rules: readonly RetryRule[]
  readonly onRetry: ((event: RetryEvent) => void) | undefined
}

/** Fills in the defaults. @throws TypeError for a value of the wrong kind; RangeError for numbers that make no sense */
export function resolveRetryOptions(
  options: RetryOptions,
  builtInRules: readonly RetryRule[],
): ResolvedRetryOptions {
  const { onRetry } = checkObject('retry', options)
  return {
    maxAttempts: checkCount('retry.maxAttempts', options.maxAttempts ?? 6),
    baseDelayMs: checkCount('retry.baseDelayMs', options.baseDelayMs ?? 500),
    maxDelayMs: checkCount('retry.maxDelayMs', options.maxDelayMs ?? 30_000),
    maxTotalMs: checkCount('retry.maxTotalMs', options.maxTotalMs ?? 3_600_000, 0),
    rules: [...checkFunctions('retry.rules', options.rules ?? []), ...builtInRules],
    onRetry: onRetry === undefined ? undefined : checkFunction('retry.onRetry', onRetry),
  }
}
