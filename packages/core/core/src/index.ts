export { abortableDelay, settleOrAbort } from './lib/abortable-delay.js'
export type { CallOptions } from './lib/call-options.js'
export type {
  Change,
  ChangeEvent,
  Checkpoint,
  CheckpointEvent,
  CompleteEvent,
  DeletedChange,
  GapLink,
  ResetEvent,
  ResetReason,
  Row,
  UpsertedChange,
} from './lib/change.js'
export { type Clock, systemClock } from './lib/clock.js'
export {
  DataverseError,
  type DataverseErrorOptions,
  type ErrorCode,
  isDataverseError,
  isResponseError,
  ResponseError,
  type ResponseErrorOptions,
} from './lib/errors.js'
export type { FingerprintRow, Fingerprints, FingerprintVerdict } from './lib/fingerprints.js'
export type { CheckpointStore, HeldRow, Lease, ReadableSink, Sink, TransactionalSink } from './lib/sink.js'
export type { StoredState, SyncState } from './lib/sync-state.js'
