import { type DataverseError, isResponseError } from '@deltaverse/core'
import { classifyError } from '@deltaverse/protocol'
import type { Wait } from '../plan/wait.js'
import type { Failures } from '../row/row-state.js'

/** What follows from a failure that may pass by itself. */
export type RetryPlan =
  | { readonly kind: 'again'; readonly wait: Wait; readonly failed: keyof Failures }
  /** It has failed too often like that. */
  | { readonly kind: 'give-up'; readonly failed: keyof Failures }

// Something ambiguous is tried again twice: after that its lasting causes are the likelier ones. Throttles are a question of time.
const maxAmbiguous = 2
const maxThrottled = 60

/**
 * Decides whether what failed is sent again, a row or a request as a whole.
 *
 * @param countFailure counts one failure more of its kind and says how many there are
 * @returns `undefined` for an error that does not pass by itself
 */
export function planRetry(
  error: DataverseError,
  maxAttempts: number,
  countFailure: (kind: keyof Failures) => number,
): RetryPlan | undefined {
  if (!error.retryable) return undefined
  const failed = kindOfFailure(error)
  const count = countFailure(failed)
  const most = { throttled: maxThrottled, ambiguous: maxAmbiguous, passing: maxAttempts - 1 }[failed]
  if (count > most) return { kind: 'give-up', failed }
  return { kind: 'again', wait: failed === 'ambiguous' ? 'back-off' : waitOf(error), failed }
}

function kindOfFailure(error: DataverseError): keyof Failures {
  if (error.code === 'throttled') return 'throttled'
  return isAmbiguous(error) ? 'ambiguous' : 'passing'
}

function waitOf(error: DataverseError): Wait {
  const asked = isResponseError(error) ? error.retryAfterMs : undefined
  return asked === undefined || asked <= 0 ? 'back-off' : { retryAfterMs: asked }
}

/** Whether an error hides passing and lasting causes alike. */
function isAmbiguous(error: DataverseError): boolean {
  if (!isResponseError(error)) return false
  return classifyError(error.status, { serviceCode: error.serviceCode, message: error.body ?? error.message })
    .ambiguous
}
