import type { Environment } from '../environment/open-environment.js'
import type { PlanCounts } from './plan-file.js'

/** What carrying out a plan takes, as far as it can be known before. */
export interface CallEstimate {
  /** Requests that have been sent to make the plan. */
  readonly reads: number
  /** Rows to write: what counts against the daily entitlement, each by itself. */
  readonly rows: number
  /** Requests that write: one for each batch of rows. */
  readonly requests: number
  /** Rows in a request that this assumes. */
  readonly rowsPerRequest: number
  /** From the service's own limits, 6,000 requests in five minutes for each user; a table with slow plug-ins takes longer. */
  readonly atLeastMinutes: number
}

/** The size that requests begin with; the service's answers make them larger or smaller. */
const rowsPerRequest = 100

/** Requests that the service takes of a user in a minute (Microsoft Learn, Service protection API limits: 6,000 in five minutes). */
const requestsPerMinute = 1_200

/** What a plan takes. */
export function estimateCalls({ counter }: Environment, counts: PlanCounts): CallEstimate {
  const kinds = [counts.create, counts.update, counts.deactivate, counts.delete]
  const rows = kinds.reduce((sum, count) => sum + count, 0)
  // Updates of a plan carry their version, so each kind goes in batches of its own.
  const requests = kinds.reduce((sum, count) => sum + Math.ceil(count / rowsPerRequest), 0)
  const { reads, writes } = counter.counts()
  return {
    reads: reads + writes,
    rows,
    requests,
    rowsPerRequest,
    atLeastMinutes: requests / requestsPerMinute,
  }
}
