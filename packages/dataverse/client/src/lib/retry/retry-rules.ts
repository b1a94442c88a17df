import { isResponseError } from '@deltaverse/core'
import { classifyError } from '@deltaverse/protocol'
import { isGateError } from '../governor/admission/gate-error.js'
import { toGateReason } from '../governor/signals/refusal.js'
import { wasNeverSent } from '../transport/no-response-error.js'
import type { FailedAttempt, RetryDecision, RetryRule } from './retry-options.js'

/** A 429 says that nothing was done, so every request may be repeated, and how long to wait is the service's to say. */
const throttledRule: RetryRule = ({ error }) => {
  if (!isResponseError(error) || error.status !== 429) return undefined
  // Zero would be a loop without a pause.
  return error.retryAfterMs !== undefined && error.retryAfterMs > 0
    ? { retryAfterMs: error.retryAfterMs, uncounted: true }
    : { backOff: true, uncounted: true }
}

/** A request that never left may be repeated whatever it is. */
const neverSentRule: RetryRule = ({ error }) =>
  error.retryable && wasNeverSent(error) ? { backOff: true } : undefined

/** Whatever else goes wrong, a request that must not happen twice is not repeated. */
const notRepeatableRule: RetryRule = ({ repeatable }) => (repeatable ? undefined : 'give-up')

/** Codes that hide passing and lasting causes alike get two more tries. */
const ambiguousRule: RetryRule = ({ error, failures }) => {
  if (!isResponseError(error) || failures < 3) return undefined
  const verdict = classifyError(error.status, { serviceCode: error.serviceCode, message: error.body ?? '' })
  return verdict.ambiguous ? 'give-up' : undefined
}

/** Busy services, dropped connections, deadlocks: what the error itself calls retryable. */
const transientRule: RetryRule = ({ error }): RetryDecision => {
  if (!error.retryable) return undefined
  const floorMs = isResponseError(error) ? (error.retryAfterMs ?? 0) : 0
  return floorMs > 0 ? { retryAfterMs: floorMs } : { backOff: true }
}

/**
 * With a governor, a refusal is waited for at the gate, which knows the longest `Retry-After` of all requests, and whether
 * another credential may go on at once.
 */
function createGateRule(closedForMs: () => number): RetryRule {
  return ({ error }) => {
    if (isGateError(error)) return 'give-up'
    if (!isResponseError(error) || error.status !== 429) return undefined
    if (toGateReason(error.serviceCode) === undefined) return undefined
    return { retryAfterMs: closedForMs(), uncounted: true, atGate: true }
  }
}

/** The rules in their order. An error that none of them claims is final. */
export const builtInRetryRules: readonly RetryRule[] = [
  throttledRule,
  neverSentRule,
  notRepeatableRule,
  ambiguousRule,
  transientRule,
]

/** Puts the governor's rule in front of the built-in ones, behind the caller's own. */
export function withGateRule(rules: readonly RetryRule[], closedForMs: () => number): readonly RetryRule[] {
  const own = rules.filter((rule) => !builtInRetryRules.includes(rule))
  return [...own, createGateRule(closedForMs), ...builtInRetryRules]
}

/** Asks rules in order. */
export function decideRetry(
  rules: readonly RetryRule[],
  failed: FailedAttempt,
): Exclude<RetryDecision, undefined> {
  for (const rule of rules) {
    const decision = rule(failed)
    if (decision !== undefined) return decision
  }
  return 'give-up'
}
