import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { abortableDelay, type CallOptions, DataverseError, type Lease, systemClock } from '@deltaverse/core'
import { connectionOf, type SqliteConnection } from './connection.js'
import { loadDriver } from './driver.js'
import { isBusy, sqliteErrors } from './errors.js'

const pauseMs = 20

/**
 * Takes a name by the lock of a small file beside the database, which the system lets go when the process ends, however it
 * ends. A process that is stopped keeps it. The file itself stays, and tells who holds the name.
 *
 * @throws DataverseError `conflict` that names the holder
 */
export async function acquireLease(
  database: string,
  name: string,
  waitMs: number,
  { signal }: CallOptions = {},
): Promise<Lease> {
  signal?.throwIfAborted()
  const file = `${database}-lease-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
  const until = systemClock.now() + waitMs
  try {
    const { DatabaseSync } = await loadDriver()
    const connection = connectionOf(new DatabaseSync(file), 0)
    try {
      while (!(await take(connection))) {
        if (systemClock.now() >= until) throw await refusal(connection, name)
        await abortableDelay(systemClock, pauseMs, signal)
      }
    } catch (error) {
      connection.destroy()
      throw error
    }
    return leaseOf(connection)
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw sqliteErrors.explain(error, `taking the lease of '${name}'`)
  }
}

/** Whoever takes a lease may forget it; its file has to stay open all the same, or the lock would go with the garbage. */
const held = new Set<SqliteConnection>()

/** The lock goes with the process only, so it is never lost. */
function leaseOf(connection: SqliteConnection): Lease {
  held.add(connection)
  return {
    lost: new AbortController().signal,
    async release() {
      held.delete(connection)
      connection.release()
    },
  }
}

/** Says who we are and holds the lock from then on. @returns `false` where somebody else has it */
async function take(connection: SqliteConnection): Promise<boolean> {
  try {
    await connection.query('BEGIN IMMEDIATE')
    await connection.query(
      'CREATE TABLE IF NOT EXISTS holder (only INTEGER PRIMARY KEY, who TEXT, since TEXT)',
    )
    const who = `deltaverse on ${hostname()}, process ${process.pid}`
    await connection.query('INSERT OR REPLACE INTO holder VALUES (1, $1, $2)', [
      who,
      new Date(systemClock.now()).toISOString(),
    ])
    await connection.query('COMMIT')
    // Others read what was committed and cannot write it.
    await connection.query('BEGIN IMMEDIATE')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

async function refusal(connection: SqliteConnection, name: string): Promise<DataverseError> {
  const found = await connection.query('SELECT who, since FROM holder').catch(() => undefined)
  const { who = 'somebody', since } = (found?.rows[0] ?? {}) as { who?: string; since?: string }
  return new DataverseError(
    `'${name}' is in use: ${who} holds it${since === undefined ? '' : ` since ${since}`}. Let that run end; when it dies, the name is free at once.`,
    { code: 'conflict' },
  )
}
