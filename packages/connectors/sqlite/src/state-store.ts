import type { CheckpointStore } from '@deltaverse/core'
import { createSqlStateStore } from '@deltaverse/sql'
import { createSqliteDialect } from './dialect.js'
import { type SqliteCheckpointStoreOptions, sqliteStoreOptions } from './options.js'

/**
 * Creates a store of checkpoints in a file of SQLite, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createSqliteSink()` needs none.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createSqliteCheckpointStore(
  options: SqliteCheckpointStoreOptions,
): Required<CheckpointStore> {
  const parsed = sqliteStoreOptions.parse(options)
  return createSqlStateStore(createSqliteDialect(parsed), parsed)
}
