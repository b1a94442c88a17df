import type { Pool, PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { asSinkError } from './postgres-error.js'

/** A row of a result; values as text where it matters. */
type ResultRow = Readonly<Record<string, unknown>>

/** One connection, taken from the pool for a while. */
export interface Connection {
  /** @throws what the driver throws */
  query(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly ResultRow[]; readonly count: number }>
  /** Begins `COPY … FROM STDIN`. */
  copyFrom(sql: string): ReturnType<typeof copyFrom>
  /** Gives the connection back to the pool. */
  release(): void
  /** Breaks the connection: what is under way fails, and the server rolls back. */
  destroy(): void
}

/** Takes a connection from the pool. */
async function connect(pool: Pool): Promise<Connection> {
  const client = await pool.connect()
  return connectionOf(client)
}

function connectionOf(client: PoolClient): Connection {
  // A connection that breaks between two statements says so by an event; the next statement then fails by itself.
  const ignore = (): void => {}
  client.on('error', ignore)
  let given = false
  function giveBack(destroy: boolean): void {
    if (given) return
    given = true
    client.release(destroy)
    if (!destroy) client.off('error', ignore)
  }
  return {
    async query(sql, values) {
      const result = await client.query(sql, values === undefined ? undefined : [...values])
      return { rows: result.rows as ResultRow[], count: result.rowCount ?? 0 }
    },
    copyFrom: (sql) => client.query(copyFrom(sql, { highWaterMark: copyBufferBytes })),
    release: () => giveBack(false),
    destroy: () => giveBack(true),
  }
}

/** Bytes that wait for the socket before a writer of COPY has to wait as well. */
const copyBufferBytes = 256 * 1024

/**
 * Does work on a connection that ends with the signal, and says the driver's errors in ours.
 *
 * @param doing what is being done, for the message
 */
export async function guarded<T>(
  connection: Connection,
  signal: AbortSignal | undefined,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  const onAbort = (): void => connection.destroy()
  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', onAbort, { once: true })
    return await work()
  } catch (error) {
    connection.destroy()
    if (signal?.aborted) throw signal.reason
    throw asSinkError(error, doing)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Takes a connection for one piece of work and gives it back, or breaks it when the work fails. */
export async function withConnection<T>(
  pool: Pool,
  signal: AbortSignal | undefined,
  doing: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectGuarded(pool, signal, doing)
  const result = await guarded(connection, signal, doing, () => work(connection))
  connection.release()
  return result
}

/** Takes a connection; one that comes too late for the signal goes straight back. */
export async function connectGuarded(
  pool: Pool,
  signal: AbortSignal | undefined,
  doing: string,
): Promise<Connection> {
  signal?.throwIfAborted()
  const asked = connect(pool)
  if (signal === undefined) return asked.catch((error) => Promise.reject(asSinkError(error, doing)))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    asked.then(
      (connection) => {
        signal.removeEventListener('abort', onAbort)
        if (signal.aborted) connection.release()
        else resolve(connection)
      },
      (error) => {
        signal.removeEventListener('abort', onAbort)
        reject(asSinkError(error, doing))
      },
    )
  })
}

/** Runs work between BEGIN and COMMIT on a connection. */
export async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE')
  const result = await work()
  await connection.query('COMMIT')
  return result
}
