import type { KeyReadiness } from '@deltaverse/alternate-keys'
import type { PlanCounts } from './plan-entry.js'

/** A key that the push finds rows by. */
export interface PlannedKey {
  readonly table: string
  readonly columns: readonly string[]
  readonly readiness: KeyReadiness
  /** What to do where it is not active. */
  readonly advice: string
}

/** Requests of one kind. Those of a wave go side by side; a wave begins when the one before it has ended. */
export interface PlannedCalls {
  /** From 1. */
  readonly wave: number
  readonly do: keyof PlanCounts
  readonly table: string
  /** The message that carries the rows. */
  readonly kind: 'CreateMultiple' | '$batch'
  readonly rows: number
  readonly requests: number
  readonly rowsPerRequest: number
  /** Of the rows as JSON, all together. */
  readonly bytes: number
}

/** What a plan takes, as far as it can be known before. */
export interface CallEstimate {
  /** Requests that were sent to make the plan. */
  readonly planning: number
  /** References, and keys of rejected rows, that were looked up for it, and the requests that took. Its run looks up none: it has what was found. */
  readonly lookUps: { readonly keys: number; readonly requests: number }
  readonly waves: readonly PlannedCalls[]
  /** Rows to write. */
  readonly rows: number
  /** Of the daily entitlement: every row that is written counts by itself, however few requests carry them, and every request that reads. */
  readonly entitlement: number
  /** Requests that write. */
  readonly requests: number
  /** Requests that see before a write whether it was done already. */
  readonly reads: number
  /** From the service's own limits, for each user. */
  readonly atLeastMinutes: number
  /** With as many requests at a time as the governor allows now, at a second each, which is what their size is chosen for. */
  readonly likelyMinutes: number
  /** Requests at a time that the governor allows now. */
  readonly concurrency: number
}

/** What a plan comes to. */
export interface PlanSummary {
  readonly counts: PlanCounts
  readonly calls: CallEstimate
  readonly keys: readonly PlannedKey[]
  /** Bulk messages of the table; without them rows go in batches. */
  readonly bulk: { readonly create: boolean; readonly update: boolean }
  /** Why rows that seem missing in the source are left alone. */
  readonly withheld?: string
}
