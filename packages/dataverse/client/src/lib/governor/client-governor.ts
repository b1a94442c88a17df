import type { DataverseResponse } from '../transport/response.js'
import { coreOf, type Governor } from './create-governor.js'
import type { ClientGovernorStats } from './report/governor-stats.js'
import { createSizers } from './signals/create-sizers.js'
import type { Refusal } from './signals/refusal.js'
import type { RequestSizer, RequestSizerOptions } from './signals/request-sizer.js'

/** What a client's governors do, for looking at and for those who size and count requests. */
export interface ClientGovernor {
  /** Requests allowed at a time at the moment, over all credentials; `Infinity` with `governor: false`. */
  readonly ceiling: number
  /** The state at the moment. */
  stats(): ClientGovernorStats
  /** The sizer of this name, shared by everybody who names it. Works with `governor: false` as well. */
  sizer(name: string, options?: RequestSizerOptions): RequestSizer
  /**
   * Reports a throttle that the client cannot see, because it sits in a part of a batch whose own status is 200. The gate
   * of the credential that was used closes as for a 429.
   */
  refused(response: DataverseResponse, refusal: Refusal): void
}

export function createClientGovernor(
  governors: readonly Governor[],
  governorOf: (response: DataverseResponse) => Governor | undefined,
): ClientGovernor {
  const [first] = governors
  const sizer = first?.sizer ?? createSizers()
  const sum = (count: (governor: Governor) => number): number =>
    governors.reduce((total, governor) => total + count(governor), 0)
  const ceiling = (): number =>
    governors.length === 0 ? Number.POSITIVE_INFINITY : sum((governor) => coreOf(governor).ceiling())
  return {
    get ceiling() {
      return ceiling()
    },
    stats() {
      const statss = governors.map((governor) => governor.stats())
      return {
        ceiling: ceiling(),
        inFlight: statss.reduce((total, { inFlight }) => total + inFlight, 0),
        // Somebody who waits may wait at several.
        waiting: new Set(governors.flatMap((governor) => [...coreOf(governor).queue])).size,
        governors: statss,
      }
    },
    sizer,
    refused(response, refusal) {
      const governor = governorOf(response) ?? first
      if (governor !== undefined) coreOf(governor).refuse(refusal)
    },
  }
}
