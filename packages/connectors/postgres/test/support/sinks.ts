import {
  createPostgresSink,
  type PostgresSinkOptions,
  type SqlPosition,
  type SqlSink,
} from '@deltaverse/postgres'
import type { TestDatabase } from './test-database.js'

/** A sink of names in the table `accounts` of a schema. */
export function nameSink(
  database: Pick<TestDatabase, 'pool'>,
  schema: string,
  options: Partial<PostgresSinkOptions> = {},
): SqlSink {
  return createPostgresSink({
    pool: database.pool,
    schema,
    table: 'accounts',
    columns: [{ member: 'name', type: 'text' }],
    leaseWaitMs: 0,
    ...options,
  })
}

/** Writes and commits. */
export async function put(sink: SqlSink, ...events: Parameters<SqlSink['write']>[0]): Promise<SqlPosition> {
  await sink.write(events)
  return sink.commit()
}
