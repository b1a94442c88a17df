import type { Row } from '@deltaverse/core'
import { createSqlSink, type SqlSink } from '@deltaverse/sql'
import { createSqliteDialect } from './dialect.js'
import { type SqliteSinkOptions, sqliteSinkOptions } from './options.js'

/**
 * Creates a sink that keeps one table of a source in one table of a file of SQLite: a row for a row, a typed column for a column.
 * A commit brings rows and state in one transaction, flushed to the disk. Nothing is opened before the first call.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createSqliteSink<R extends object = Row>(options: SqliteSinkOptions): SqlSink<R> {
  const { file, busyWaitMs, ...sinkOptions } = sqliteSinkOptions.parse(options)
  return createSqlSink<R>(createSqliteDialect({ file, busyWaitMs }), sinkOptions)
}
