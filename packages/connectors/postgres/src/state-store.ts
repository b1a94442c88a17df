import type { CheckpointStore } from '@deltaverse/core'
import { createSqlStateStore } from '@deltaverse/sql'
import { createPostgresDialect } from './dialect.js'
import { type PostgresCheckpointStoreOptions, postgresStoreOptions } from './options.js'

/**
 * Creates a store of checkpoints in PostgreSQL, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createPostgresSink()` needs none.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createPostgresCheckpointStore(
  options: PostgresCheckpointStoreOptions,
): Required<CheckpointStore> {
  const parsed = postgresStoreOptions.parse(options)
  return createSqlStateStore(createPostgresDialect(parsed), parsed)
}
