import type { ContractCase } from './contract-case.js'
import { fingerprintCallCases } from './fingerprint-call-cases.js'
import { fingerprintMarkCases } from './fingerprint-mark-cases.js'
import { fingerprintModelCases } from './fingerprint-model-cases.js'
import { fingerprintRowCases } from './fingerprint-row-cases.js'
import { fingerprintStaleCases } from './fingerprint-stale-cases.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'

/** What every fingerprint store has to do. */
export function fingerprintsContract(harness: FingerprintsHarness): readonly ContractCase[] {
  return [
    ...fingerprintRowCases(harness),
    ...fingerprintMarkCases(harness),
    ...fingerprintStaleCases(harness),
    ...fingerprintCallCases(harness),
    ...fingerprintModelCases(harness),
  ]
}
