import type { CheckpointStore } from '@deltaverse/core'
import { createSqlStateStore, type SqlStateStoreOptions } from '@deltaverse/sql'
import type { Pool } from 'pg'
import { createPostgresDialect } from './dialect.js'

export interface PostgresCheckpointStoreOptions extends SqlStateStoreOptions {
  /** Pool of the `pg` package. A lease has a connection of its own beside it. */
  readonly pool: Pool
  /** Schema of the table `deltaverse_state`, which is created when it is missing. Default: `public`. */
  readonly schema?: string | undefined
}

/**
 * Creates a store of checkpoints in PostgreSQL, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createPostgresSink()` needs none.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createPostgresCheckpointStore(
  options: PostgresCheckpointStoreOptions,
): Required<CheckpointStore> {
  return createSqlStateStore(createPostgresDialect(options), options)
}
