import type { Blocker, SqlWaits } from '@deltaverse/sql'
import { Client } from 'pg'
import type { PostgresConnection } from './connection.js'
import type { PostgresPlace } from './place.js'

/** A session that waits for its client within `COPY` is waited for in no timeout of the server (seen with 18.4). */
const blockersOf = `
  SELECT a.pid AS session, coalesce(nullif(a.application_name, ''), 'somebody') || ', user ' || coalesce(a.usename, '?') AS holder,
    CASE WHEN a.wait_event = 'ClientRead' THEN 'stands still in a transaction' ELSE 'runs a statement' END AS doing,
    to_char(a.state_change AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
    a.wait_event IS NOT DISTINCT FROM 'ClientRead' AND a.query LIKE 'COPY pg_temp.deltaverse_stage %'
      AND a.state_change < now() - make_interval(secs => $2) AS stale
  FROM unnest(pg_blocking_pids($1)) AS b (pid) JOIN pg_stat_activity AS a ON a.pid = b.pid`

/**
 * Who is waited for, asked on a connection of its own, as those of the pool may all be waiting.
 *
 * A `COPY` of ours lasts as long as the rows that are at hand take to send: one that is older than `staleAfterMs` and waits for its
 * client is that of a process which stands still.
 */
export function createWaits({ pool, busyWaitMs, staleAfterMs }: PostgresPlace): SqlWaits<PostgresConnection> {
  async function ask<T>(sql: string, values: readonly unknown[]): Promise<T[]> {
    const client = new Client({ ...pool.options, password: pool.options.password })
    // What breaks it is told by the statement.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query(sql, [...values])).rows as T[]
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return {
    // In any case before the wait is over.
    lookEveryMs: Math.min(1_000, busyWaitMs / 4),
    async blockers({ session }) {
      const rows = await ask<Omit<Blocker, 'isStale'> & { readonly stale: boolean | null }>(blockersOf, [
        session,
        staleAfterMs / 1_000,
      ])
      return rows.map(({ stale, ...blocker }) => ({ ...blocker, isStale: stale === true }))
    },
    async end({ session }) {
      await ask('SELECT pg_terminate_backend($1)', [session])
    },
  }
}
