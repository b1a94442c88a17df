export type {
  Change,
  ChangeEvent,
  Checkpoint,
  CheckpointEvent,
  CompleteEvent,
  DeletedChange,
  ResetEvent,
  ResetReason,
  Row,
  UpsertedChange,
} from './lib/change.js'
export {
  DataverseError,
  type DataverseErrorOptions,
  type ErrorCode,
  isDataverseError,
  isResponseError,
  ResponseError,
  type ResponseErrorOptions,
} from './lib/errors.js'
export type { CallOptions, CheckpointStore, Sink, StoredCheckpoint } from './lib/sink.js'
