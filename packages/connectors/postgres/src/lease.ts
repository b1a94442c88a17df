import { hostname } from 'node:os'
import { type CallOptions, DataverseError, type Lease } from '@deltaverse/core'
import { Client, type Pool } from 'pg'
import { explainError, sqlState } from './errors.js'
import { lockKey } from './lock-key.js'

export interface LeaseOptions {
  readonly pool: Pool
  readonly schema: string
  readonly name: string
  readonly waitMs: number
}

/**
 * Takes a name by an advisory lock on a connection of its own, made with the settings of the pool and not counted by it. The
 * lock ends with the connection, however the process ends. The connection's `application_name` tells others who holds it.
 *
 * @throws DataverseError `conflict` that names the holder
 */
export async function acquireLease(options: LeaseOptions, { signal }: CallOptions = {}): Promise<Lease> {
  const { pool, schema, name, waitMs } = options
  const doing = `taking the lease of '${name}'`
  signal?.throwIfAborted()
  const client = new Client({ ...pool.options, password: pool.options.password, ...leaseSettings() })
  const lost = new AbortController()
  let released = false
  const onLost = (error?: Error): void => {
    if (released || lost.signal.aborted) return
    lost.abort(lostLease(name, error))
  }
  client.on('error', onLost)
  client.on('end', () => onLost())
  const end = async (): Promise<void> => {
    released = true
    await client.end().catch(() => {})
  }
  const onAbort = (): void => void end()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await client.connect()
    await client.query(neverTooIdle)
    await lock(client, lockKey('lease', schema, name), waitMs, name)
    signal?.throwIfAborted()
  } catch (error) {
    await end()
    if (signal?.aborted) throw signal.reason
    throw explainError(error, doing)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  return {
    lost: lost.signal,
    async release() {
      if (released) return
      released = true
      // By hand, as the server may notice the end of the connection a moment later than we do.
      await client.query('SELECT pg_advisory_unlock_all()').catch(() => {})
      await client.end().catch(() => {})
    },
  }
}

/** A name in the server's list of sessions has 63 bytes at most. */
function leaseSettings(): { application_name: string; keepAlive: boolean } {
  const tail = `, process ${process.pid}`
  const host = hostname().replace(/[^\x20-\x7e]/g, '?')
  return { application_name: `deltaverse on ${host.slice(0, 63 - 14 - tail.length)}${tail}`, keepAlive: true }
}

/** A lease does nothing but last. */
const neverTooIdle =
  "SELECT set_config('idle_session_timeout', '0', false) WHERE current_setting('idle_session_timeout', true) IS NOT NULL"

async function lock(
  client: Client,
  key: readonly [number, number],
  waitMs: number,
  name: string,
): Promise<void> {
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS taken', [...key])
  if (rows[0]?.taken === true) return
  if (waitMs > 0) {
    try {
      await client.query(`SET lock_timeout = ${waitMs}`)
      await client.query('SELECT pg_advisory_lock($1, $2)', [...key])
      return
    } catch (error) {
      // The second, where the pool sets a statement_timeout that is shorter.
      if (!['55P03', '57014'].includes(sqlState(error) ?? '')) throw error
    }
  }
  throw await refusal(client, key, name)
}

async function refusal(
  client: Client,
  [first, second]: readonly [number, number],
  name: string,
): Promise<DataverseError> {
  const { rows } = await client.query(
    `SELECT a.application_name AS holder, a.backend_start AS since, a.pid
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::bigint::oid
       AND l.objid = $2::bigint::oid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [first >>> 0, second >>> 0],
  )
  const { holder, since, pid } = (rows[0] ?? {}) as { holder?: string; since?: Date | null; pid?: number }
  const who = holder === undefined || holder === '' ? 'somebody' : holder
  const when = since instanceof Date ? ` since ${since.toISOString()}` : ''
  const session = pid === undefined ? '' : ` (session ${pid} of the server)`
  return new DataverseError(
    `'${name}' is in use: ${who} holds it${when}${session}. Let that run end; when it dies, the name is free at once.`,
    { code: 'conflict' },
  )
}

function lostLease(name: string, cause: Error | undefined): DataverseError {
  return new DataverseError(
    `The lease of '${name}' is lost: its connection to PostgreSQL broke. Another process may take over; run again.`,
    { code: 'sink-failed', retryable: true, cause },
  )
}
