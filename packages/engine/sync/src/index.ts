export {
  type Change,
  type ChangeEvent,
  type Checkpoint,
  type CheckpointStore,
  DataverseError,
  isDataverseError,
  type Row,
  type Sink,
  type Source,
  type TransactionalSink,
} from '@deltaverse/core'
export type { FollowOptions } from './lib/follow-options.js'
export type { SyncProgress } from './lib/read/progress.js'
export type { SyncSummary } from './lib/summary.js'
export { sync } from './lib/sync.js'
export type { SyncEvent } from './lib/sync-event.js'
export type { SyncOptions } from './lib/sync-options.js'
export type { SyncStep } from './lib/sync-step.js'
export {
  type SyncTablesOptions,
  type SyncTablesSummary,
  syncTables,
  type TableEvent,
  type TableOptions,
  type TableResult,
} from './lib/sync-tables.js'
export { type ReplayOptions, replayRows } from './lib/verify/replay-rows.js'
export { type VerifySummary, verify } from './lib/verify/verify.js'
export type { RowDifference, VerifyEvent, VerifyOptions, VerifySource } from './lib/verify/verify-options.js'
