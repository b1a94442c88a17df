import { randomUUID } from 'node:crypto'
import {
  type CallOptions,
  type ChangeEvent,
  DataverseError,
  type Lease,
  type ReadableSink,
  type Row,
  type StoredState,
  type SyncState,
  type TransactionalSink,
} from '@deltaverse/core'
import { createBookkeeping } from './bookkeeping.js'
import { type Connection, connectGuarded, guarded, inTransaction, withConnection } from './connection.js'
import { readHeld } from './held-rows.js'
import { quoteQualified } from './identifiers.js'
import { acquireLease } from './lease.js'
import type { PostgresPosition } from './position.js'
import { type PreparedTable, prepareTable } from './prepare-table.js'
import { createRowEncoder, type RowEncoder } from './row-encoder.js'
import { type PostgresSinkOptions, resolveSinkOptions } from './sink-options.js'
import { createTableSql } from './table-sql.js'
import { beginWrite, type WriteTransaction } from './write-transaction.js'

/** A sink that keeps one table of Dataverse in one table of PostgreSQL. */
export interface PostgresSink<R extends Row = Row>
  extends TransactionalSink<PostgresPosition, R>,
    ReadableSink {
  acquire(name: string, call?: CallOptions): Promise<Lease>
}

interface OpenTable extends PreparedTable {
  readonly encode: RowEncoder
}

interface CurrentWrite {
  readonly connection: Connection
  readonly transaction: WriteTransaction
}

/**
 * Creates a sink that keeps one table of Dataverse in one table of PostgreSQL: a row for a row, a typed column for a column.
 *
 * Rows go by `COPY` into a temporary table as they come; a commit merges them and saves the state in one transaction, so
 * that each change takes effect once. Nothing is connected before the first call.
 *
 * A call that fails leaves the sink closed: what was written since the last commit is rolled back, and `open` goes on.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createPostgresSink<R extends Row = Row>(options: PostgresSinkOptions): PostgresSink<R> {
  const resolved = resolveSinkOptions(options)
  const { pool, schema, table, resync } = resolved
  const bookkeeping = createBookkeeping(schema)
  const shown = quoteQualified(schema, table)
  const writing = `writing to ${shown}`
  let stateName: string | undefined
  let opened: OpenTable | undefined
  let position: PostgresPosition | undefined
  let current: CurrentWrite | undefined

  function letGo(): void {
    current?.connection.destroy()
    current = undefined
    opened = undefined
    position = undefined
  }

  function requireOpen(): { readonly opened: OpenTable; readonly position: PostgresPosition } {
    if (opened !== undefined && position !== undefined) return { opened, position }
    throw new DataverseError(
      `The sink of ${shown} is not open. Call open() first, also behind a call that failed: nothing that was committed is lost.`,
      { code: 'sink-failed' },
    )
  }

  /** Every failure closes the sink, as nobody knows how much of the work was done. */
  async function orLetGo<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      letGo()
      throw error
    }
  }

  /** Begins a transaction where none is under way. Its commit is counted under the name of the state, known at its end. */
  async function begin(signal: AbortSignal | undefined): Promise<CurrentWrite> {
    if (current !== undefined) return current
    const { opened, position } = requireOpen()
    const connection = await connectGuarded(pool, signal, writing)
    const transaction = await guarded(connection, signal, writing, () =>
      beginWrite({
        connection,
        sql: opened.sql,
        encode: opened.encode,
        resync,
        progress: position,
        doing: writing,
        claim: async () => {
          const isOurs = await bookkeeping.countCommit(connection, table, opened.commits, stateName)
          if (!isOurs) throw otherWriter(shown)
        },
      }),
    )
    current = { connection, transaction }
    return current
  }

  async function take(events: readonly ChangeEvent[], transaction: WriteTransaction): Promise<void> {
    for (const event of events) {
      switch (event.kind) {
        case 'upserted':
        case 'deleted': {
          const waiting = transaction.stage(event)
          if (waiting !== undefined) await waiting
          break
        }
        case 'reset':
          await transaction.reset(event.epoch)
          break
        case 'complete':
          await transaction.complete(event.epoch)
      }
    }
  }

  /** Ends the transaction; `save` may put something more into it. */
  async function commitTransaction(
    signal: AbortSignal | undefined,
    save: (write: CurrentWrite, position: PostgresPosition) => Promise<void>,
  ): Promise<PostgresPosition> {
    const { opened: before } = requireOpen()
    const write = await begin(signal)
    const { connection, transaction } = write
    const commits = before.commits + 1
    return guarded(connection, signal, writing, async () => {
      let reached: PostgresPosition | undefined
      await transaction.commit(async () => {
        reached = { ...transaction.progress, version: 1, commit: commits }
        await save(write, reached)
      })
      connection.release()
      current = undefined
      opened = { ...before, commits }
      position = reached as PostgresPosition
      return position
    })
  }

  const sink: PostgresSink = {
    async open(at, { signal } = {}) {
      letGo()
      const prepared = await withConnection(pool, signal, `opening ${shown}`, (connection) =>
        inTransaction(connection, () => prepareTable(connection, resolved, bookkeeping, at, stateName)),
      )
      opened = { ...prepared, encode: createRowEncoder({ ...resolved, columns: prepared.columns }) }
      position = prepared.position
    },

    write(events, { signal } = {}) {
      return orLetGo(async () => {
        requireOpen()
        signal?.throwIfAborted()
        if (!events.some(({ kind }) => kind !== 'checkpoint')) return
        const { connection, transaction } = await begin(signal)
        await guarded(connection, signal, writing, () => take(events, transaction))
      })
    },

    commit({ signal } = {}) {
      return orLetGo(async () => {
        const { position } = requireOpen()
        signal?.throwIfAborted()
        if (current === undefined) return position
        return commitTransaction(signal, async () => {})
      })
    },

    async loadState(name, { signal } = {}) {
      const found = await withConnection(pool, signal, `loading the state '${name}'`, (connection) =>
        inTransaction(connection, () => bookkeeping.loadState(connection, name, table)),
      )
      stateName = name
      return found as StoredState<PostgresPosition> | undefined
    },

    commitWith(name, state, expectedRevision, { signal } = {}) {
      return orLetGo(async () => {
        requireOpen()
        signal?.throwIfAborted()
        stateName = name
        const revision = randomUUID()
        const reached = await commitTransaction(signal, async ({ connection, transaction }, position) => {
          // No older state can come back that would need it.
          if (resync === 'at-end' && transaction.completed) {
            await connection.query(requireOpen().opened.sql.dropShadow)
          }
          const whole: SyncState = { ...state, position }
          const isSaved = await bookkeeping.saveState(connection, name, whole, expectedRevision, revision)
          if (!isSaved) throw otherState(name, expectedRevision)
        })
        return { position: reached, revision }
      })
    },

    acquire(name, call): Promise<Lease> {
      return acquireLease({ pool, schema, name, waitMs: resolved.leaseWaitMs }, call)
    },

    held(call: CallOptions = {}) {
      const sql = opened?.sql ?? createTableSql({ ...resolved, hasDeletedAt: resolved.deletions === 'soft' })
      return readHeld(pool, sql.selectHeld, `reading ${shown}`, call.signal)
    },

    async close() {
      letGo()
    },
  }
  return sink as PostgresSink<R>
}

function otherWriter(shown: string): DataverseError {
  return new DataverseError(
    `Another sink has written to ${shown} since this one was opened, so nothing of this commit took effect. Let one process at a time keep a table, and run again.`,
    { code: 'conflict' },
  )
}

function otherState(name: string, expectedRevision: string | undefined): DataverseError {
  const what =
    expectedRevision === undefined ? 'is there already' : 'was saved by somebody else since it was loaded'
  return new DataverseError(
    `The state '${name}' ${what}, so nothing of this commit took effect. Let one process at a time run a sync, and run again.`,
    { code: 'conflict' },
  )
}
