import {
  createPostgresSink,
  type PostgresPosition,
  type PostgresSink,
  type PostgresSinkOptions,
} from '@deltaverse/postgres'
import type { TestDatabase } from './test-database.js'

/** A sink of names in the table `accounts` of a schema. */
export function nameSink(
  database: Pick<TestDatabase, 'pool'>,
  schema: string,
  options: Partial<PostgresSinkOptions> = {},
): PostgresSink {
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
export async function put(
  sink: PostgresSink,
  ...events: Parameters<PostgresSink['write']>[0]
): Promise<PostgresPosition> {
  await sink.write(events)
  return sink.commit()
}
