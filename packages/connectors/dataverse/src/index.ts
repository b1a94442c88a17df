export type { DeadLetter } from './sink/dead-letter.js'
export type { PlannedWrite } from './sink/dry-run.js'
export { type DeferredLookups, planWaves, type WavePlan } from './sink/plan-waves.js'
export type { RowSource } from './sink/row-source.js'
export type { ServiceOptions } from './sink/service-options.js'
export type { TableSource, WriterColumn, WriterTable } from './sink/table-port.js'
export { createUpsertWriter, type UpsertWriter, type WriteCallOptions } from './sink/upsert-writer.js'
export type { ConflictKind, WriteResult, WriteStatus, WriteSummary } from './sink/write-result.js'
export {
  type WaveCallOptions,
  type WaveJob,
  type WaveResult,
  type WaveSummary,
  writeWaves,
} from './sink/write-waves.js'
export type { UpsertWriterOptions, WriteOperation, WriteStrategy } from './sink/writer-options.js'
export { type ChangeFeed, createChangeFeed } from './source/change-feed.js'
export type { ChangePage } from './source/change-page.js'
export type { FollowOptions } from './source/follow.js'
export type { ChangeFeedOptions } from './source/options.js'
export type { DecoderName } from './source/page-decoder.js'
export { describeTable, type TableDescription } from './source/table-description.js'
