import type { ContractCase } from './contract-case.js'
import { sinkCallCases } from './sink-call-cases.js'
import { sinkCrashCases } from './sink-crash-cases.js'
import { sinkEpochCases } from './sink-epoch-cases.js'
import type { SinkHarness } from './sink-harness.js'
import { sinkLoadCases } from './sink-load-cases.js'
import { sinkRowCases } from './sink-row-cases.js'

/** What every sink has to do. */
export function sinkContract<Position>(harness: SinkHarness<Position>): readonly ContractCase[] {
  return [
    ...sinkRowCases(harness),
    ...sinkCrashCases(harness),
    ...sinkEpochCases(harness),
    ...sinkLoadCases(harness),
    ...sinkCallCases(harness),
  ]
}
