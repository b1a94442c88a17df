import type { HeldRow } from '@deltaverse/core'
import type { Pool } from 'pg'
import { type Connection, connectGuarded, guarded } from './connection.js'
import { sqlState } from './postgres-error.js'

const rowsInGroup = 5_000

/** Reads what a table holds, through a cursor of the server: a group of rows in memory at a time. */
export async function* readHeld(
  pool: Pool,
  select: string,
  doing: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly HeldRow[], void, undefined> {
  const connection = await connectGuarded(pool, signal, doing)
  let finished = false
  try {
    const isThere = await guarded(connection, signal, doing, () => declare(connection, select))
    while (isThere) {
      const { rows } = await guarded(connection, signal, doing, () =>
        connection.query(`FETCH ${rowsInGroup} FROM deltaverse_held`),
      )
      if (rows.length === 0) break
      yield rows.map(({ id, row_version: version }) => ({
        id: String(id),
        rowVersion: version === null ? undefined : String(version),
      }))
    }
    await guarded(connection, signal, doing, () => connection.query('ROLLBACK'))
    finished = true
  } finally {
    if (finished) connection.release()
    else connection.destroy()
  }
}

/** @returns `false` when there is no table yet, which holds nothing */
async function declare(connection: Connection, select: string): Promise<boolean> {
  await connection.query('BEGIN READ ONLY')
  try {
    await connection.query(`DECLARE deltaverse_held NO SCROLL CURSOR FOR ${select}`)
    return true
  } catch (error) {
    if (['42P01', '3F000'].includes(sqlState(error) ?? '')) return false
    throw error
  }
}
