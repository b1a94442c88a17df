import { type Change, DataverseError } from '@deltaverse/core'
import type { Connection } from './connection.js'
import { type CopyWriter, createCopyWriter } from './copy-writer.js'
import { sqlState } from './postgres-error.js'
import type { RowEncoder } from './row-encoder.js'
import type { RowsTable, TableSql } from './table-sql.js'

/** What changes with the events, and is saved as the position. */
interface Progress {
  epoch: number
  reading: boolean
  leftovers: boolean
}

/** Everything between two commits: rows are staged as they come, and reach the table in the order of the events. */
export interface WriteTransaction {
  /** Returns nothing where there is nothing to wait for. */
  stage(change: Change): Promise<void> | undefined
  /** A full read begins. */
  reset(epoch: number): Promise<void>
  /** A full read ended: what it did not bring goes. */
  complete(epoch: number): Promise<void>
  /** Brings what is staged into the table and ends the transaction. `finish` is the last to use it. */
  commit(finish: () => Promise<void>): Promise<void>
  readonly progress: Readonly<Progress>
  /** Whether a full read has ended in it. */
  readonly completed: boolean
}

export interface WriteTransactionOptions {
  readonly connection: Connection
  readonly sql: TableSql
  readonly encode: RowEncoder
  readonly resync: 'in-place' | 'at-end'
  readonly progress: Readonly<Progress>
  /** Counts the commit; called once, before anything is done to the table. */
  readonly claim: () => Promise<void>
  /** What is being done, for messages. */
  readonly doing: string
}

const mergeAttempts = 5

/**
 * For this transaction: the time that `COPY` and the transaction wait for rows is the feed's, so no timeout counts it; and the
 * server looks once a second whether we are still there while it works on a statement, so that a run which died holds no locks
 * for long (since version 14, and not on Windows).
 */
const settings =
  "SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true) " +
  "UNION ALL SELECT set_config('client_connection_check_interval', '1s', true), NULL " +
  "WHERE current_setting('client_connection_check_interval', true) IS NOT NULL AND version() !~* 'mingw|visual c|windows'"

/** Begins a transaction. */
export async function beginWrite(options: WriteTransactionOptions): Promise<WriteTransaction> {
  const { connection, sql, encode, resync, doing } = options
  const { epoch, reading, leftovers } = options.progress
  const progress: Progress = { epoch, reading, leftovers }
  let copy: CopyWriter | undefined
  let claimed = false
  let staged = 0
  let deletions = 0
  let number = 0
  let completed = false

  await connection.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE')
  await connection.query(settings)

  async function claim(): Promise<void> {
    if (claimed) return
    claimed = true
    await options.claim()
  }

  /**
   * Changes the table. The server solves a deadlock at the cost of one transaction: ours goes back to where its rows are staged and
   * tries again.
   */
  async function change(work: () => Promise<void>): Promise<void> {
    await claim()
    for (let attempt = 1; ; attempt += 1) {
      await connection.query('SAVEPOINT deltaverse_merge')
      try {
        await work()
        await connection.query('RELEASE SAVEPOINT deltaverse_merge')
        return
      } catch (error) {
        if (attempt === mergeAttempts || !['40P01', '40001'].includes(sqlState(error) ?? '')) throw error
        await connection.query('ROLLBACK TO SAVEPOINT deltaverse_merge')
      }
    }
  }

  async function merge(): Promise<void> {
    if (staged === 0) return
    await copy?.end()
    copy = undefined
    const target: RowsTable = progress.reading && resync === 'at-end' ? 'shadow' : 'main'
    await change(async () => {
      if (staged > deletions) await connection.query(sql.upsert(target), [progress.epoch])
      if (deletions > 0) await connection.query(sql.remove(target))
    })
    await connection.query(sql.emptyStage)
    staged = 0
    deletions = 0
  }

  async function dropLeftovers(): Promise<void> {
    if (!progress.leftovers) return
    await change(async () => {
      await connection.query(sql.removeAll)
    })
    progress.leftovers = false
  }

  async function openStage(): Promise<CopyWriter> {
    // Changes without a full read in front of them: there is no end at which what was there before would go.
    await dropLeftovers()
    if (number === 0) await connection.query(sql.createStage)
    return createCopyWriter(connection, sql.copyToStage, doing)
  }

  function stageNow(writer: CopyWriter, change: Change): Promise<void> | undefined {
    number += 1
    staged += 1
    if (change.kind === 'deleted') deletions += 1
    return writer.write(encode(change, number), change.id)
  }

  return {
    progress,
    get completed() {
      return completed
    },
    stage(change) {
      if (copy !== undefined) return stageNow(copy, change)
      return openStage().then((writer) => {
        copy = writer
        return stageNow(writer, change)
      })
    },
    async reset(epoch) {
      await merge()
      await change(async () => {
        if (resync === 'in-place') {
          await connection.query(sql.demote, [epoch])
        } else {
          await connection.query(sql.dropShadow)
          await connection.query(sql.createShadow)
        }
      })
      progress.epoch = epoch
      progress.reading = true
      // They go with what the full read does not bring.
      progress.leftovers = false
    },
    async complete(epoch) {
      await merge()
      if (progress.epoch !== epoch) throw unknownRead(epoch, progress, doing)
      if (!progress.reading) return
      await change(async () => {
        if (resync === 'in-place') {
          await connection.query(sql.removeStale, [epoch])
        } else {
          await connection.query(sql.mergeShadow)
          await connection.query(sql.removeNotInShadow)
        }
      })
      progress.reading = false
      completed = true
    },
    async commit(finish) {
      await merge()
      await claim()
      await finish()
      await connection.query('COMMIT')
    },
  }
}

function unknownRead(epoch: number, progress: Progress, doing: string): DataverseError {
  return new DataverseError(
    `Full read ${epoch} ends and was never begun (${doing}; the last that began is ${progress.epoch}). Feed and sink are not of one state: read in full once more.`,
    { code: 'sink-mismatch' },
  )
}
