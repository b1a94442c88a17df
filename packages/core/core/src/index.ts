export { abortableDelay, settleOrAbort } from './lib/abortable-delay.js'
export type { CallOptions } from './lib/call-options.js'
export type {
  Change,
  ChangeEvent,
  CheckpointEvent,
  CompleteEvent,
  DeletedChange,
  ResetEvent,
  ResetReason,
  Row,
  UpsertedChange,
} from './lib/change.js'
export { type Checkpoint, parseCheckpoint } from './lib/checkpoint.js'
export { type Clock, systemClock } from './lib/clock.js'
export type {
  Connector,
  ConnectorAddress,
  ConnectorOptions,
  ConnectorTable,
  OpenedSink,
  OpenedSource,
  SinkCapabilities,
  SinkNotice,
  SinkPlace,
  SinkRole,
  SourceRole,
} from './lib/connector.js'
export type { ConnectorSettings } from './lib/connector-settings.js'
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
export { type FollowEvent, type Followed, follow } from './lib/follow.js'
export {
  type FollowIntervals,
  type FollowSettings,
  followSpec,
  toFollowSettings,
} from './lib/follow-intervals.js'
export type { JsonValue } from './lib/json-value.js'
export { parseSyncState } from './lib/parse-sync-state.js'
export { type EventRoutes, routeEvents } from './lib/route-events.js'
export type {
  CheckpointStore,
  ColumnPatch,
  HeldRow,
  Lease,
  PatchableSink,
  ReadableSink,
  Sink,
  SinkOpenOptions,
  TransactionalSink,
} from './lib/sink.js'
export type { SinkMode } from './lib/sink-mode.js'
export type {
  KeptLine,
  KeptRow,
  SinkContents,
  SinkTestHost,
  SinkTesting,
  SinkTestPlace,
} from './lib/sink-testing.js'
export type {
  ColumnGroup,
  ReadColumnsOptions,
  ReadOptions,
  RowCount,
  RowKey,
  Source,
} from './lib/source.js'
export type { PageReport, SourceEvent } from './lib/source-event.js'
export type { Backfill, StoredState, SyncState } from './lib/sync-state.js'
