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
export { type ChangeFeed, type ChangePage, createChangeFeed } from './source/change-feed.js'
export { parseCheckpoint } from './source/checkpoint.js'
export type { RowCount } from './source/count-rows.js'
export type { FollowOptions } from './source/follow.js'
export type { ChangeFeedOptions, ExpiryNotice, PageReport } from './source/options.js'
export type { DecoderName } from './source/page-decoder.js'
export type { ReadOptions } from './source/read-options.js'
export type { RowKey } from './source/table-access.js'
export { describeTable, type TableDescription } from './source/table-description.js'
