import type { DataverseError } from '@deltaverse/core'
import { callable, listOf, type OptionsInput, type OptionsOutput, whole } from '@deltaverse/options'
import type { OutgoingRequest } from '../transport/request.js'

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

/** How failures are repeated. The defaults suit a job that should rather finish late than fail. */
export const retrySpec = {
  maxAttempts: whole({
    default: 6,
    min: 1,
    doc: 'How often a request is sent at most, the first time included. Waits that the service asks for with a 429 do not count: maxTotalMs bounds those. 1 turns counted retries off.',
  }),
  baseDelayMs: whole({
    default: 500,
    min: 1,
    doc: 'Upper end of the first back-off, in milliseconds; doubled with every further one.',
  }),
  maxDelayMs: whole({
    default: 30_000,
    min: 1,
    doc: 'No back-off is longer than this, in milliseconds. Does not shorten a Retry-After.',
  }),
  maxTotalMs: whole({
    default: 3_600_000,
    doc: 'A wait that would end later than this after the first attempt began is not begun: the error comes at once instead, in milliseconds.',
  }),
  rules: listOf(callable<RetryRule>()({ doc: 'A rule.' }), {
    default: [],
    doc: 'Asked before the built-in rules.',
  }),
}

export type RetryOptions = OptionsInput<typeof retrySpec>
export type RetrySettings = OptionsOutput<typeof retrySpec>
