export type { RequestFeedback, RequestSizer, RequestSizerOptions } from './lib/request-sizer.js'
export { createRequestSizer } from './lib/request-sizer.js'
export type { RowSource } from './lib/row-source.js'
export type { ServiceOptions } from './lib/service-options.js'
export type {
  DetailedColumnKind,
  TableSource,
  WriterColumn,
  WriterColumnDetail,
  WriterColumnKind,
  WriterDateBehavior,
  WriterKey,
  WriterTable,
} from './lib/table-port.js'
export { createUpsertWriter, type UpsertWriter, type WriteCallOptions } from './lib/upsert-writer.js'
export type { ConflictKind, WriteResult, WriteStatus, WriteSummary } from './lib/write-result.js'
export type { UpsertWriterOptions, WriteOperation, WriteStrategy } from './lib/writer-options.js'
