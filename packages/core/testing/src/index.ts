export { type CheckpointStoreHarness, checkpointStoreContract } from './lib/checkpoint-store-contract.js'
export type { ContractCase } from './lib/contract-case.js'
export { dialectContract } from './lib/dialect-contract.js'
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
export { formatContract, type TestedFormat } from './lib/format-contract.js'
export type { LeaseHarness } from './lib/lease-cases.js'
export {
  createFingerprintStorage,
  createMemoryFingerprints,
  type FingerprintStorage,
} from './lib/memory/memory-fingerprints.js'
export { createMemoryLeases, type MemoryLeases } from './lib/memory/memory-leases.js'
export {
  createMemorySink,
  createMemoryStorage,
  type MemorySink,
  type MemoryStorage,
  rowsOf,
} from './lib/memory/memory-sink.js'
export {
  createMemorySource,
  createSourceStorage,
  putRow,
  removeRow,
  type SourceStorage,
} from './lib/memory/memory-source.js'
export { createMemoryStore, createStoreStorage, type StoreStorage } from './lib/memory/memory-store.js'
export { createMemoryTable, type TablePosition, type TableStorage } from './lib/memory/memory-table.js'
export { readableSinkContract } from './lib/readable-sink-contract.js'
export { createSeededRandom, type SeededRandom } from './lib/seeded-random.js'
export { sinkContract } from './lib/sink-contract.js'
export type { SinkHarness } from './lib/sink-harness.js'
export { sourceContract } from './lib/source-contract.js'
export type { SourceHarness } from './lib/source-harness.js'
export { createSteppedClock, type SteppedClock } from './lib/stepped-clock.js'
export { createStrictSink } from './lib/strict-sink.js'
export type { DialectHarness, TestedConnection, TestedDialect } from './lib/tested-dialect.js'
export {
  type TransactionalSinkHarness,
  transactionalSinkContract,
} from './lib/transactional-sink-contract.js'
export { createVirtualClock, type VirtualClock } from './lib/virtual-clock.js'
