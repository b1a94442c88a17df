import type { CeilingReason, GateReason } from './governor-event.js'

/** Limits as far as they are known: the documented ones until a refusal names others. */
export interface ServiceLimits {
  /** Requests in a window. Documented: 6,000. */
  readonly requests: number
  /** Execution time in a window, in milliseconds. Documented: 1,200,000. */
  readonly executionMs: number
  /** Length of the sliding window, in milliseconds. Documented: 300,000. */
  readonly windowMs: number
  /** Requests at a time. Documented: 52 or more. */
  readonly concurrent: number
}

/** What one governor knows and does at a moment. */
export interface GovernorStats {
  readonly name: string
  /** Requests allowed at a time. */
  readonly ceiling: number
  readonly ceilingReason: CeilingReason
  readonly inFlight: number
  /** Requests that wait for the gate or for a slot. */
  readonly waiting: number
  /** When the gate opens, in milliseconds since 1970; absent when it is open. */
  readonly gateClosedUntilMs?: number | undefined
  readonly gateReason?: GateReason | undefined
  /** What `x-ms-ratelimit-…` headers said last. For looking at: they belong to the one server that answered. */
  readonly remaining: {
    readonly requests?: number | undefined
    readonly executionMs?: number | undefined
  }
  readonly limits: ServiceLimits
  readonly totals: GovernorTotals
}

/** Sums since the governor was made. */
export interface GovernorTotals {
  /** Requests that were let through; each attempt counts. */
  readonly admitted: number
  /** Of those, the ones that have ended. */
  readonly ended: number
  /** Of those, the ones that the service refused with a 429. */
  readonly refused: number
  /** Requests that had to wait before they were let through. */
  readonly waited: number
  /** How long those waited, all together, in milliseconds. */
  readonly waitedMs: number
  /** Requests that were aborted or ran out of time while they waited. */
  readonly abandoned: number
}

/** All governors of a client at a moment. */
export interface ClientGovernorStats {
  /** Sum over the credentials; `Infinity` with `governor: false`. */
  readonly ceiling: number
  readonly inFlight: number
  readonly waiting: number
  /** One for each credential, in their order; empty with `governor: false`. */
  readonly governors: readonly GovernorStats[]
}
