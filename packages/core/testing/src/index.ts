export { type CheckpointStoreHarness, checkpointStoreContract } from './lib/checkpoint-store-contract.js'
export type { ContractCase } from './lib/contract-case.js'
export {
  account,
  accountRow,
  checkpoint,
  checkpointOf,
  complete,
  deleted,
  fullRead,
  idOf,
  reset,
  syncState,
  upserted,
} from './lib/events.js'
export { fingerprintsContract } from './lib/fingerprints-contract.js'
export type { FingerprintsHarness } from './lib/fingerprints-harness.js'
export type { LeaseHarness } from './lib/lease-cases.js'
export { readableSinkContract } from './lib/readable-sink-contract.js'
export { sinkContract } from './lib/sink-contract.js'
export type { SinkHarness } from './lib/sink-harness.js'
export { createStrictSink } from './lib/strict-sink.js'
export {
  type TransactionalSinkHarness,
  transactionalSinkContract,
} from './lib/transactional-sink-contract.js'
