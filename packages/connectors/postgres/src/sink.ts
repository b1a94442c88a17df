import type { Row } from '@deltaverse/core'
import { createSqlSink, type SqlSink } from '@deltaverse/sql'
import { createPostgresDialect } from './dialect.js'
import { type PostgresSinkOptions, postgresSinkOptions } from './options.js'

/**
 * Creates a sink that keeps one table of a source in one table of PostgreSQL: a row for a row, a typed column for a column.
 *
 * Rows go by `COPY` into a temporary table as they come; a commit merges them and saves the state in one transaction, so that
 * each change takes effect once. Nothing is connected before the first call.
 *
 * A call that fails leaves the sink closed: what was written since the last commit is rolled back, and `open` goes on.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createPostgresSink<R extends object = Row>(options: PostgresSinkOptions): SqlSink<R> {
  const { pool, schema, busyWaitMs, staleAfterMs, ...sinkOptions } = postgresSinkOptions.parse(options)
  return createSqlSink<R>(createPostgresDialect({ pool, schema, busyWaitMs, staleAfterMs }), sinkOptions)
}
