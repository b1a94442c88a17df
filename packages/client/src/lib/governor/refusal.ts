import type { GateReason } from './governor-event.js'

/** A throttle: a 429, or a part of a batch that says the same. */
export interface Refusal {
  /** Code of the service, `0x80072322`. */
  readonly serviceCode?: string | undefined
  /** The service's own words, which name the limit. */
  readonly message?: string | undefined
  /** How long the service asked to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/** Search has a limit of its own, one request a second: other requests need not wait for it. */
const searchLimitCode = '0x80060308'

/** Why the gate closes for a refusal; `undefined` when the refusal is no concern of other requests. */
export function toGateReason(serviceCode: string | undefined): GateReason | undefined {
  switch (serviceCode?.toLowerCase()) {
    case searchLimitCode:
      return undefined
    case '0x80072321':
      return 'execution-time-refused'
    case '0x80072326':
      return 'concurrency-refused'
    default:
      return 'requests-refused'
  }
}
