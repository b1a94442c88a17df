export type { DeadLetter } from './lib/dead-letter.js'
export type { PlannedWrite } from './lib/dry-run.js'
export { type DeferredLookups, planWaves, type WavePlan } from './lib/plan-waves.js'
export type { RowSource } from './lib/row-source.js'
export type { ServiceOptions } from './lib/service-options.js'
export type { TableSource, WriterColumn, WriterTable } from './lib/table-port.js'
export { createUpsertWriter, type UpsertWriter, type WriteCallOptions } from './lib/upsert-writer.js'
export type { ConflictKind, WriteResult, WriteStatus, WriteSummary } from './lib/write-result.js'
export {
  type WaveCallOptions,
  type WaveJob,
  type WaveResult,
  type WaveSummary,
  writeWaves,
} from './lib/write-waves.js'
export type { UpsertWriterOptions, WriteOperation, WriteStrategy } from './lib/writer-options.js'
