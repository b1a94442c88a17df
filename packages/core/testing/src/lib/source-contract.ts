import type { ContractCase } from './contract-case.js'
import { sourceCallCases } from './source-call-cases.js'
import type { SourceHarness } from './source-harness.js'
import { sourceReadCases } from './source-read-cases.js'

/** What every source must do: what its reads tell and where they go on, how it is called, what it tells besides changes. */
export function sourceContract(harness: SourceHarness): readonly ContractCase[] {
  return [...sourceReadCases(harness), ...sourceCallCases(harness)]
}
