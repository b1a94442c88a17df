import { createPostgresCheckpointStore } from '@deltaverse/postgres'
import type { TestDatabase } from './test-database.js'

/** Leaves a name behind as a process does that held it and was killed: its session just ends. */
export async function leaveDeadLease(
  { pool, query }: Pick<TestDatabase, 'pool' | 'query'>,
  schema: string,
  name: string,
): Promise<void> {
  const lease = await createPostgresCheckpointStore({ pool, schema }).acquire(name)
  const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve))
  await query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'deltaverse on %'",
  )
  await lost
}
