import { randomUUID } from 'node:crypto'
import { createBadRows } from '@deltaverse/bad-rows'
import {
  type CallOptions,
  type ChangeEvent,
  DataverseError,
  type Lease,
  type PatchableSink,
  type ReadableSink,
  type Row,
  routeEvents,
  type StoredState,
  type SyncState,
  systemClock,
  type TransactionalSink,
} from '@deltaverse/core'
import { nodeFiles } from '@deltaverse/durable-files'
import { isSameSchema, type TableSchema } from '@deltaverse/schema'
import type { Blocker } from './blocker.js'
import { createBookkeeping } from './bookkeeping.js'
import { columnsOfSchema, type TableColumns } from './columns.js'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'
import { readHeld } from './held-rows.js'
import type { SqlPosition } from './position.js'
import { type ParsedSqlSinkOptions, resolveSinkOptions } from './sink-options.js'
import { createTableSession, type OpenTable } from './table-session.js'
import { createTableSql } from './table-sql.js'
import { inTransaction } from './transaction.js'
import { withConnection } from './use-connection.js'
import { watchWaits } from './watch-waits.js'
import type { WriteTransaction } from './write-transaction.js'

/** A sink that keeps one table of a source in one table of an SQL database. */
export interface SqlSink<R extends object = Row>
  extends TransactionalSink<SqlPosition, R>,
    Required<ReadableSink>,
    Required<PatchableSink<R>> {
  acquire(name: string, call?: CallOptions): Promise<Lease>
}

/**
 * Creates a sink that keeps one table of a source in one table of an SQL database: a row for a row, a typed column for a column.
 *
 * Rows go to a staging table as they come; a commit merges them and saves the state in one transaction, so that each change
 * takes effect once. Nothing is connected before the first call.
 *
 * A call that fails leaves the sink closed: what was written since the last commit is rolled back, and `open` goes on.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createSqlSink<R extends object = Row, C extends SqlConnection = SqlConnection>(
  dialect: SqlDialect<C>,
  sinkOptions: ParsedSqlSinkOptions,
): SqlSink<R> {
  const options = resolveSinkOptions(dialect, sinkOptions)
  const { table, resync } = options
  const shown = dialect.text.table(table)
  const bookkeeping = createBookkeeping(dialect)
  let applied: { readonly schema: TableSchema; readonly columns: TableColumns } | undefined
  /** Opened before the source has brought a schema: where. */
  let waiting: { readonly at: SqlPosition | undefined } | undefined
  let stateName: string | undefined
  const badRows = createBadRows(options, {
    files: nodeFiles,
    now: systemClock.now,
    target: shown,
    onLetter: (letter) => options.onEvent({ kind: 'bad-row', letter }),
  })
  function watched<T>(connection: C, doing: string, work: () => Promise<T>): Promise<T> {
    const onBlocked = (blocker: Blocker, isEnded: boolean): void =>
      options.onEvent({ kind: isEnded ? 'session-ended' : 'waiting', doing, blocker })
    return watchWaits({ waits: dialect.waits, connection, clock: systemClock, onBlocked }, work)
  }
  const session = createTableSession({
    dialect,
    options,
    bookkeeping,
    stateName: () => stateName,
    badRows,
    watched,
  })

  function letGo(): void {
    session.letGo()
    waiting = undefined
  }

  /** What is open, once it has columns. */
  function requireOpen(): OpenTable {
    if (waiting !== undefined) throw noColumns(shown)
    return session.opened
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

  const sink: SqlSink = {
    async open(at, { signal } = {}) {
      letGo()
      const columns = options.columns ?? applied?.columns
      if (columns === undefined) waiting = { at }
      else await session.open(at, columns, options.columns === undefined, signal)
    },

    write(events, { signal } = {}) {
      return orLetGo(async () => {
        requireOpen()
        signal?.throwIfAborted()
        if (!events.some(({ kind }) => kind !== 'checkpoint')) return
        await session.write(signal, (transaction) => take(events, transaction))
      })
    },

    patch({ columns, rows }, { signal } = {}) {
      return orLetGo(async () => {
        const encoder = requireOpen().patchOf(columns)
        signal?.throwIfAborted()
        await session.write(signal, (transaction) => transaction.patch(encoder, rows))
      })
    },

    unfilled: () => session.openedOrNot?.unfilled.map(({ member }) => member) ?? [],

    commit({ signal } = {}) {
      return orLetGo(async () => {
        const { position } = requireOpen()
        signal?.throwIfAborted()
        return session.isWriting ? session.commit(signal, async () => {}) : position
      })
    },

    async loadState(name, { signal } = {}) {
      const doing = `loading the state '${name}'`
      const found = await withConnection(dialect, signal, doing, (connection) =>
        watched(connection, doing, () =>
          inTransaction(dialect, connection, 'look', () => bookkeeping.loadState(connection, name, table)),
        ),
      )
      stateName = name
      return found as StoredState<SqlPosition> | undefined
    },

    commitWith(name, state, expectedRevision, { signal } = {}) {
      return orLetGo(async () => {
        const { sql } = requireOpen()
        signal?.throwIfAborted()
        stateName = name
        const revision = randomUUID()
        const reached = await session.commit(signal, async ({ connection, transaction }, position) => {
          // No older state can come back that would need it.
          if (resync === 'at-end' && transaction.completed) await connection.query(sql.dropShadow)
          const whole: SyncState = { ...state, position }
          const isSaved = await bookkeeping.saveState(connection, name, whole, expectedRevision, revision)
          if (!isSaved) throw otherState(name, expectedRevision)
        })
        return { position: reached, revision }
      })
    },

    acquire(name, call): Promise<Lease> {
      return dialect.acquireLease(name, options.leaseWaitMs, call)
    },

    async *held(call: CallOptions = {}) {
      const held = session.openedOrNot?.sql ?? unopenedSql()
      yield* readHeld(dialect, held.selectHeld, `reading ${shown}`, call.signal)
    },

    async differing(rows, { signal } = {}) {
      return await orLetGo(async () => {
        requireOpen()
        signal?.throwIfAborted()
        let ids: readonly string[] = []
        await session.write(signal, async (transaction) => {
          ids = await transaction.differing(rows)
        })
        return ids
      })
    },

    async close() {
      letGo()
      await dialect.close()
    },
  }
  // Columns that are named by hand are what the table has; then there is nothing to ask a source for.
  const whole: SqlSink = options.columns === undefined ? { ...sink, applySchema } : sink
  return whole as SqlSink<R>

  function applySchema(schema: TableSchema, { signal }: CallOptions = {}): Promise<void> {
    return orLetGo(async () => {
      if (applied !== undefined && isSameSchema(applied.schema, schema) && waiting === undefined) return
      applied = { schema, columns: columnsOfSchema(dialect, schema) }
      const at = waiting ?? { at: session.opened.position }
      if (session.isWriting) throw uncommitted(shown)
      await session.open(at.at, applied.columns, true, signal)
      waiting = undefined
    })
  }

  /** What is held does not depend on the columns of the rows. */
  function unopenedSql(): { readonly selectHeld: string } {
    const hasDeletedAt = options.deletions === 'soft'
    const { id } = options.columns ?? applied?.columns ?? ({ id: { kind: 'uuid' } } as const)
    return createTableSql(dialect, { ...options, id, columns: [], hasDeletedAt })
  }
}

function take(events: readonly ChangeEvent[], transaction: WriteTransaction): Promise<void> {
  return routeEvents(events, {
    async changes(changes) {
      for (const change of changes) {
        const waiting = transaction.stage(change)
        if (waiting !== undefined) await waiting
      }
    },
    reset: ({ epoch }) => transaction.reset(epoch),
    complete: ({ epoch }) => transaction.complete(epoch),
    // Its state is saved by the commit behind it.
    checkpoint() {},
  })
}

function noColumns(shown: string): DataverseError {
  return new DataverseError(
    `The sink of ${shown} knows no columns. Join it to a source that brings its schema, or name them with the option columns or tableSchema.`,
    { code: 'sink-failed' },
  )
}

function uncommitted(shown: string): DataverseError {
  return new DataverseError(
    `The schema of ${shown} changed between two commits. Commit first: the rows before it are of the old one.`,
    { code: 'sink-mismatch' },
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
