import type { SqlConnection, SqlRow } from '@deltaverse/sql'
import type { Pool, PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** One connection, taken from the pool for a while. */
export interface PostgresConnection extends SqlConnection {
  /** Number of the server's process behind it. */
  readonly session: number
  /** Begins `COPY … FROM STDIN`. */
  copyFrom(sql: string): ReturnType<typeof copyFrom>
}

/** Bytes that wait for the socket before a writer of COPY has to wait as well. */
const copyBufferBytes = 256 * 1024

/**
 * Takes a connection from the pool.
 *
 * By callback: a session that ends as it becomes ready says so in the same breath, and without a listener by then its error
 * would end the process.
 */
export function connect(pool: Pool): Promise<PostgresConnection> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client, release) => {
      if (client === undefined) reject(error)
      else resolve(connectionOf(client, release))
    })
  })
}

function connectionOf(client: PoolClient, release: (destroy?: boolean) => void): PostgresConnection {
  // A connection that breaks between two statements says so by an event; the next statement then fails by itself.
  const ignore = (): void => {}
  client.on('error', ignore)
  let given = false
  function giveBack(destroy: boolean): void {
    if (given) return
    given = true
    release(destroy)
    if (!destroy) client.off('error', ignore)
  }
  const connection: PostgresConnection = {
    session: (client as PoolClient & { readonly processID: number }).processID,
    async query(sql, values) {
      const result = await client.query(sql, values === undefined ? undefined : [...values])
      return { rows: result.rows as SqlRow[], count: result.rowCount ?? 0 }
    },
    /** Through a cursor of the server. */
    async *readGroups(sql, rowsInGroup) {
      await connection.query('BEGIN READ ONLY')
      await connection.query(`DECLARE deltaverse_held NO SCROLL CURSOR FOR ${sql}`)
      for (;;) {
        const { rows } = await connection.query(`FETCH ${rowsInGroup} FROM deltaverse_held`)
        if (rows.length === 0) break
        yield rows
      }
      await connection.query('ROLLBACK')
    },
    copyFrom: (sql) => client.query(copyFrom(sql, { highWaterMark: copyBufferBytes })),
    release: () => giveBack(false),
    destroy: () => giveBack(true),
  }
  return connection
}
