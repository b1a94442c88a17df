export {
  type CallOptions,
  type Change,
  type ChangeEvent,
  type Checkpoint,
  DataverseError,
  isDataverseError,
  type Row,
  type UpsertedChange,
} from '@deltaverse/core'
export { type DownloadedFile, downloadFile } from './files/download-file.js'
export type { DownloadFileOptions, DownloadProgress } from './files/download-options.js'
export type { FileSource } from './files/file-source.js'
export {
  type DownloadFilesOptions,
  downloadFiles,
  type FileOfItem,
  type FileResult,
  type FileStage,
  type UploadFilesOptions,
  uploadFiles,
} from './files/file-stages.js'
export { type UploadedFile, uploadFile } from './files/upload-file.js'
export type { UploadFileOptions } from './files/upload-options.js'
export type { UploadProgress, UploadSession } from './files/upload-session.js'
export { createDataverseSink, type DataverseSinkPosition } from './sink/dataverse-sink.js'

export type { PlannedRow, PlannedWrite, RejectedWrite } from './sink/dry-run.js'

export type { LinkWriterOptions } from './sink/links/link-options.js'
export type { LinkEnd, LinkKind, LinkPair } from './sink/links/link-pair.js'
export type {
  LinkDeadLetter,
  LinkEvent,
  LinkResult,
  LinkStatus,
  LinkSummary,
} from './sink/links/link-result.js'
export { createLinkWriter, type LinkCallOptions, type LinkWriter } from './sink/links/link-writer.js'
export { type BulkSupport, readBulkSupport } from './sink/plan/bulk-support.js'
export type { TableSource, WriterColumn, WriterTable } from './sink/plan/table-port.js'
export type { RowSource } from './sink/queue/row-source.js'
export type { DeadLetter } from './sink/result/dead-letter.js'
export type { RowPlace } from './sink/result/row-place.js'
export type { RowProblem, RowProblemReason } from './sink/result/row-problem.js'
export type { RowEvent, RunEvent, TakeEvents, WriteEvent } from './sink/result/write-event.js'
export type {
  ConflictKind,
  FailedRow,
  FollowUpStep,
  NotRunRow,
  SupersededRow,
  UnchangedRow,
  WriteResult,
  WriteStatus,
  WriteSummary,
  WrittenRow,
} from './sink/result/write-result.js'
export type { DataverseSinkOptions } from './sink/sink-options.js'
export { type DeferredLookups, planWaves, type WavePlan } from './sink/tables/plan-waves.js'
export {
  type WaveCallOptions,
  type WaveEvent,
  type WaveJob,
  type WaveSummary,
  writeWaves,
} from './sink/tables/write-waves.js'
export type {
  CellForm,
  ColumnTranslation,
  EmptyCells,
  RowTranslation,
} from './sink/translate/translation-options.js'
export {
  createUpsertWriter,
  type ResultsCallOptions,
  type UpsertWriter,
  type WriteCallOptions,
} from './sink/upsert-writer.js'
export type {
  ServiceOptions,
  UpsertWriterOptions,
  WriteOperation,
  WriteStrategy,
} from './sink/writer-options.js'
export { type ChangeFeed, createChangeFeed } from './source/change-feed.js'
export type { ChangePage } from './source/change-page.js'
export { createLabelSource, type LabelRow, type LabelSourceOptions } from './source/labels/label-source.js'
export type { ChangeFeedOptions, FeedEvent } from './source/options.js'
export type { DecoderName } from './source/page-decoder.js'
export type { QueryRowsOptions, RowQuery } from './source/query/query-options.js'
export { type QueryRow, queryRows } from './source/query/query-rows.js'
export { createQuerySource } from './source/query/query-source.js'
export { tableOfQuery } from './source/query/query-table.js'
export type { FollowOptions } from './source/read-options.js'
export { describeTable, type TableDescription } from './source/table-description.js'
