import { abortableDelay, systemClock } from '@deltaverse/core'
import type { SqlConnection, SqlRow, SqlValue } from '@deltaverse/sql'
import { type Database, loadDriver, type Statement } from './driver.js'
import { isBusy } from './errors.js'

/** One open file. Statements run at once and let nobody else go on meanwhile. */
export interface SqliteConnection extends SqlConnection {
  prepare(sql: string): Statement
}

/**
 * Opens a file, which is created where there is none: with a write-ahead log, so that readers wait for nothing, and flushed to
 * the disk with every commit.
 *
 * @param busyWaitMs how long a statement waits for somebody else who is writing
 */
export async function openFile(file: string, busyWaitMs: number): Promise<SqliteConnection> {
  const { DatabaseSync } = await loadDriver()
  const connection = connectionOf(new DatabaseSync(file), busyWaitMs)
  try {
    await connection.query('PRAGMA journal_mode = WAL')
    await connection.query('PRAGMA synchronous = FULL')
    return connection
  } catch (error) {
    connection.destroy()
    throw error
  }
}

/** Wraps an open file. */
export function connectionOf(database: Database, busyWaitMs: number): SqliteConnection {
  let closed = false
  function close(): void {
    if (closed) return
    closed = true
    // By hand: a file with statements that nobody has collected yet is closed later, and its locks with it.
    rollBack(database)
    database.close()
  }
  return {
    async query(sql, values = []) {
      const until = systemClock.now() + busyWaitMs
      for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, longestPauseMs)) {
        try {
          return runStatement(database.prepare(sql), sql, values)
        } catch (error) {
          // Who writes may be in this very process, so others have to be let go on.
          if (closed || !isBusy(error) || systemClock.now() >= until) throw error
        }
        await abortableDelay(systemClock, waitMs)
      }
    },
    async *readGroups(sql, rowsInGroup) {
      let group: SqlRow[] = []
      for (const row of database.prepare(sql).iterate()) {
        group.push(row as SqlRow)
        if (group.length < rowsInGroup) continue
        yield group
        group = []
      }
      if (group.length > 0) yield group
    },
    prepare: (sql) => database.prepare(sql),
    release: close,
    destroy: close,
  }
}

const longestPauseMs = 50

function runStatement(
  statement: Statement,
  sql: string,
  values: readonly SqlValue[],
): { rows: readonly SqlRow[]; count: number } {
  const named = Object.fromEntries(values.map((value, at) => [`$${at + 1}`, value]))
  if (/^(?:SELECT|PRAGMA)\b/.test(sql)) {
    const rows = statement.all(named) as SqlRow[]
    return { rows, count: rows.length }
  }
  return { rows: [], count: Number(statement.run(named).changes) }
}

/** Nothing where there is no transaction, or where an error has ended it. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // There is none.
  }
}
