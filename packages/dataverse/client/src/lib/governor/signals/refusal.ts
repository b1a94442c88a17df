import { serviceCode } from '@deltaverse/protocol'
import type { GateReason } from '../report/governor-event.js'

/** A throttle: a 429, or a part of a batch that says the same. */
export interface Refusal {
  /** Code of the service, `0x80072322`. */
  readonly serviceCode?: string | undefined
  /** The service's own words, which name the limit. */
  readonly message?: string | undefined
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/** Why the gate closes for a refusal; `undefined` when the refusal is no concern of other requests. */
export function toGateReason(code: string | undefined): GateReason | undefined {
  switch (code?.toLowerCase()) {
    // Search has a limit of its own, one request a second: other requests need not wait for it.
    case serviceCode.SearchLimitExceeded:
      return undefined
    case serviceCode.ThrottlingTimeExceededError:
      return 'execution-time-refused'
    case serviceCode.ThrottlingConcurrencyLimitExceededError:
      return 'concurrency-refused'
    default:
      return 'requests-refused'
  }
}

/** Says how long the gate closes for a refusal. */
export interface RefusalWait {
  refused(refusal: Refusal, reason: GateReason): number
  /** The service took a request. */
  accepted(): void
}

const firstBackOffMs = 500
const longestBackOffMs = 30_000

/**
 * As long as the service says. Only where it says nothing, and where a limit clears at once though `Retry-After` speaks of
 * minutes (seen in the field for the number of requests at a time), a back-off of our own, doubled with every refusal in a
 * row and with full jitter.
 */
export function createRefusalWait(random: () => number): RefusalWait {
  let inARow = 0
  return {
    refused({ retryAfterMs }, reason) {
      inARow++
      if (reason !== 'concurrency-refused' && retryAfterMs !== undefined && retryAfterMs > 0)
        return retryAfterMs
      const boundMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(inARow - 1, 20))
      return Math.max(1, Math.round(boundMs * random()))
    },
    accepted() {
      inARow = 0
    },
  }
}
