import type { DataverseClient } from '@deltaverse/client'
import type { PreparedPush } from '../push/push-rows.js'
import { type PlanCounts, writingKinds } from './plan-entry.js'
import type { CallEstimate, PlannedCalls, PlanSummary } from './plan-summary.js'

/** What a plan came to, and what is known of its environment. */
export interface EstimateTerms {
  readonly client: Pick<DataverseClient, 'governor'>
  readonly counts: PlanCounts
  readonly bytes: PlanCounts
  readonly bulk: PlanSummary['bulk']
  /** Requests that were sent to make the plan. */
  readonly planning: number
}

/** Rows that are compared in one request, by their keys or GUIDs. */
const comparedRows = 500

/** What requests are sized for: the service answers in 0.5 to 2 s. */
const secondsPerRequest = 1

/** What carrying out a plan takes. */
export function estimateCalls(
  { settings, table, resolver }: Pick<PreparedPush, 'settings' | 'table' | 'resolver'>,
  { client, counts, bytes, bulk, planning }: EstimateTerms,
): CallEstimate {
  const { governor } = client
  const kinds = writingKinds.filter((kind) => counts[kind] > 0)
  const waves = kinds.map((kind, at): PlannedCalls => {
    const rows = counts[kind]
    const rowsPerRequest = settings.batchSize ?? governor.sizer(`${kind} ${table.entitySetName}`).next()
    return {
      wave: at + 1,
      do: kind,
      table: table.logicalName,
      // What is bound to the version of a row goes in batches: bulk messages know no versions.
      kind: kind === 'create' && bulk.create ? 'CreateMultiple' : '$batch',
      rows,
      requests: Math.ceil(rows / rowsPerRequest),
      rowsPerRequest,
      bytes: bytes[kind],
    }
  })
  const sum = (of: (calls: PlannedCalls) => number): number => waves.reduce((all, each) => all + of(each), 0)
  const requests = sum((calls) => calls.requests)
  const compared = sum((calls) => (calls.do === 'delete' ? 0 : Math.ceil(calls.rows / comparedRows)))
  const { asked: keys, queries } = resolver.stats()
  const rows = sum((calls) => calls.rows)
  return {
    planning,
    lookUps: { keys, requests: queries },
    waves,
    rows,
    entitlement: rows + compared,
    requests,
    reads: compared,
    ...minutesOf(governor.stats(), requests + compared),
  }
}

function minutesOf(
  { ceiling, governors }: ReturnType<DataverseClient['governor']['stats']>,
  requests: number,
): Pick<CallEstimate, 'atLeastMinutes' | 'likelyMinutes' | 'concurrency'> {
  const { limits = documented } = governors[0] ?? {}
  const windowMinutes = limits.windowMs / 60_000
  const concurrency = Math.max(1, Math.min(ceiling, limits.concurrent))
  const seconds = requests * secondsPerRequest
  const atLeastMinutes = (requests / limits.requests) * windowMinutes
  // Behind the first window the execution time that the service grants in one decides.
  const beyondMs = Math.max(0, seconds * 1000 - limits.executionMs)
  const byBudget = (beyondMs / limits.executionMs) * windowMinutes
  return {
    atLeastMinutes,
    likelyMinutes: Math.max(atLeastMinutes, seconds / concurrency / 60, byBudget),
    concurrency,
  }
}

/** Microsoft Learn: Service protection API limits. */
const documented = { requests: 6_000, executionMs: 1_200_000, windowMs: 300_000, concurrent: 52 }
