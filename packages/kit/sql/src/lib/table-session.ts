import type { BadRows } from '@deltaverse/bad-rows'
import { DataverseError } from '@deltaverse/core'
import { createBadRowLetters } from './bad-row-letters.js'
import type { Bookkeeping } from './bookkeeping.js'
import type { TableColumns } from './columns.js'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'
import { createPatchEncoders, type PatchEncoders } from './patch-encoders.js'
import type { SqlPosition } from './position.js'
import { type PreparedTable, prepareTable } from './prepare-table.js'
import { createRowEncoder, type RowEncoder } from './row-encoder.js'
import type { ResolvedSinkOptions } from './sink-options.js'
import { inTransaction } from './transaction.js'
import { connectGuarded, guarded, withConnection } from './use-connection.js'
import { beginWrite, type WriteTransaction } from './write-transaction.js'

/** The transaction under way and its connection. */
interface CurrentWrite<C extends SqlConnection> {
  readonly connection: C
  readonly transaction: WriteTransaction
}

/** One table from `open` to `close`: where it stands, and the transaction that is under way. */
export interface TableSession<C extends SqlConnection> {
  /** @throws DataverseError `sink-failed` unless the table is open */
  readonly opened: OpenTable
  /** What was opened last and not let go. */
  readonly openedOrNot: OpenTable | undefined
  readonly isWriting: boolean
  /** @param mayRefill whether somebody fills columns that are made anew, as the table has lost them */
  open(
    at: SqlPosition | undefined,
    columns: TableColumns,
    mayRefill: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void>
  /** Uses the transaction under way, or begins one. */
  write(
    signal: AbortSignal | undefined,
    work: (transaction: WriteTransaction) => Promise<void>,
  ): Promise<void>
  /** Ends the transaction; `save` may put something more into it. */
  commit(
    signal: AbortSignal | undefined,
    save: (write: CurrentWrite<C>, position: SqlPosition) => Promise<void>,
  ): Promise<SqlPosition>
  /** Rolls back what is under way and forgets the table. */
  letGo(): void
}

export interface OpenTable extends PreparedTable {
  readonly encode: RowEncoder
  readonly patchOf: PatchEncoders
}

export interface TableSessionOptions<C extends SqlConnection> {
  readonly dialect: SqlDialect<C>
  readonly options: ResolvedSinkOptions
  readonly bookkeeping: Bookkeeping<C>
  /** Name of the state that commits are counted under, where one was loaded or saved by now. */
  readonly stateName: () => string | undefined
  readonly badRows: BadRows
  /** Does what may wait for others, who are told of then. */
  readonly watched: <T>(connection: C, doing: string, work: () => Promise<T>) => Promise<T>
}

/** Creates the session of a table. Nothing is connected before it is opened. */
export function createTableSession<C extends SqlConnection>(
  sessionOptions: TableSessionOptions<C>,
): TableSession<C> {
  const { dialect, options, bookkeeping, stateName, badRows, watched } = sessionOptions
  const { table } = options
  const shown = dialect.text.table(table)
  const doing = `writing to ${shown}`
  let opened: OpenTable | undefined
  let current: CurrentWrite<C> | undefined

  function requireOpen(): OpenTable {
    if (opened !== undefined) return opened
    throw new DataverseError(
      `The sink of ${shown} is not open. Call open() first, also behind a call that failed: nothing that was committed is lost.`,
      { code: 'sink-failed' },
    )
  }

  /** The commit is counted under the name of the state, known at the end of the transaction. */
  async function begin(signal: AbortSignal | undefined): Promise<CurrentWrite<C>> {
    if (current !== undefined) return current
    const { sql, encode, columns, commits, position } = requireOpen()
    const connection = await connectGuarded(dialect, signal, doing)
    const claim = async (): Promise<void> => {
      const isOurs = await bookkeeping.countCommit(connection, table, commits, stateName())
      if (!isOurs) throw otherWriter(shown)
    }
    const letters =
      badRows.policy === 'stop' ? undefined : createBadRowLetters(dialect, badRows, columns, doing)
    const transaction = await guarded(dialect, connection, signal, doing, () =>
      beginWrite({
        dialect,
        connection,
        sql,
        encode,
        table,
        columns,
        resync: options.resync,
        progress: position,
        doing,
        claim,
        letters,
      }),
    )
    current = { connection, transaction }
    return current
  }

  /** From this commit on somebody knows what is left to be filled, as the state says it. */
  async function keepFilled(connection: C, { unfilled, filled }: OpenTable, commits: number) {
    if (unfilled.length === 0) return filled
    const all = new Map([...filled, ...unfilled.map(({ column }) => [column, commits] as const)])
    await bookkeeping.setColumns(connection, table, all)
    return all
  }

  return {
    get opened() {
      return requireOpen()
    },
    get openedOrNot() {
      return opened
    },
    get isWriting() {
      return current !== undefined
    },
    async open(position, columns, mayRefill, signal) {
      const state = { position, stateName: stateName() }
      const preparing = { dialect, options, columns, bookkeeping, mayRefill, ...state }
      const opening = `opening ${shown}`
      const prepared = await withConnection(dialect, signal, opening, (connection) =>
        watched(connection, opening, () =>
          inTransaction(dialect, connection, 'prepare', () => prepareTable({ ...preparing, connection })),
        ),
      )
      const encode = createRowEncoder({ ...options, ...prepared, dialect })
      opened = { ...prepared, encode, patchOf: createPatchEncoders({ ...options, ...prepared, dialect }) }
    },
    async write(signal, work) {
      const { connection, transaction } = await begin(signal)
      await guarded(dialect, connection, signal, doing, () =>
        watched(connection, doing, async () => {
          await work(transaction)
          await transaction.pause()
        }),
      )
    },
    async commit(signal, save) {
      const before = requireOpen()
      const write = await begin(signal)
      const { connection, transaction } = write
      const commits = before.commits + 1
      return guarded(dialect, connection, signal, doing, async () => {
        let position = before.position
        let { filled } = before
        await watched(connection, doing, () =>
          transaction.commit(async () => {
            position = { ...transaction.progress, version: 1, commit: commits }
            await badRows.save()
            filled = await keepFilled(connection, before, commits)
            await save(write, position)
          }),
        )
        connection.release()
        current = undefined
        opened = { ...before, commits, position, unfilled: [], filled }
        return position
      })
    },
    letGo() {
      badRows.drop()
      current?.connection.destroy()
      current = undefined
      opened = undefined
    },
  }
}

function otherWriter(shown: string): DataverseError {
  return new DataverseError(
    `Another sink has written to ${shown} since this one was opened, so nothing of this commit took effect. Let one process at a time keep a table, and run again.`,
    { code: 'conflict' },
  )
}
