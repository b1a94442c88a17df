export type { Blocker, SqlWaits } from './lib/blocker.js'
export type { SqlColumn } from './lib/columns.js'
export type { SqlConnection, SqlRow, SqlValue } from './lib/connection.js'
export {
  type ActualColumn,
  countIn,
  type LoaderStage,
  type Relation,
  type RowLoader,
  type SqlCapabilities,
  type SqlCatalogue,
  type SqlDialect,
  type SqlErrors,
  type SqlLimits,
  type SqlText,
  type SqlTypes,
  type StagedRow,
  stageColumns,
  type TransactionKind,
} from './lib/dialect.js'
export { checkName, derivedName, type NameRules, quoteName } from './lib/names.js'
export { noticeOfEvent } from './lib/notice-of-event.js'
export type { SqlPosition } from './lib/position.js'
export {
  leaseSpec,
  type ParsedSqlSinkOptions,
  type SchemaChanges,
  type SqlSinkOptions,
  sqlSinkSpec,
  sqlTableSpec,
} from './lib/sink-options.js'
export type { SqlEvent } from './lib/sql-event.js'
export { createSqlSink, type SqlSink } from './lib/sql-sink.js'
export { createSqlStateStore, type ParsedSqlStateStoreOptions } from './lib/sql-state-store.js'
