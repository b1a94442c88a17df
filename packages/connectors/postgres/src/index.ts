export type { InvalidText, SchemaChanges, SqlColumn, SqlPosition, SqlSink } from '@deltaverse/sql'
export { createPostgresDialect } from './dialect.js'
export { createPostgresSink, type PostgresSinkOptions } from './sink.js'
export { createPostgresCheckpointStore, type PostgresCheckpointStoreOptions } from './state-store.js'
