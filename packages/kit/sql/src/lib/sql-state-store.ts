import { randomUUID } from 'node:crypto'
import { type CheckpointStore, DataverseError } from '@deltaverse/core'
import { createBookkeeping } from './bookkeeping.js'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'
import { checkWait } from './sink-options.js'
import { inTransaction } from './transaction.js'
import { withConnection } from './use-connection.js'

export interface SqlStateStoreOptions {
  /** How long to wait for a lease that is taken, in milliseconds. Default: 500. */
  readonly leaseWaitMs?: number | undefined
}

/**
 * Creates a store of states in an SQL database, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createSqlSink()` needs none.
 *
 * @throws RangeError for options that cannot be right
 */
export function createSqlStateStore<C extends SqlConnection>(
  dialect: SqlDialect<C>,
  options: SqlStateStoreOptions = {},
): Required<CheckpointStore> {
  const waitMs = checkWait(options.leaseWaitMs)
  const bookkeeping = createBookkeeping(dialect)
  return {
    load(name, { signal } = {}) {
      return withConnection(dialect, signal, `loading the state '${name}'`, (connection) =>
        inTransaction(dialect, connection, 'look', () => bookkeeping.loadState(connection, name)),
      )
    },
    async save(name, state, expectedRevision, { signal } = {}) {
      const revision = randomUUID()
      await withConnection(dialect, signal, `saving the state '${name}'`, (connection) =>
        inTransaction(dialect, connection, 'prepare', async () => {
          if (!(await bookkeeping.isThere(connection))) await bookkeeping.create(connection)
          const isSaved = await bookkeeping.saveState(connection, name, state, expectedRevision, revision)
          if (isSaved) return
          throw new DataverseError(
            `The state '${name}' ${expectedRevision === undefined ? 'is there already' : 'is not the one that was loaded'}: somebody else has saved it in between, and nothing was changed. Let one process at a time run a sync, and run again.`,
            { code: 'conflict' },
          )
        }),
      )
      return revision
    },
    acquire: (name, call) => dialect.acquireLease(name, waitMs, call),
  }
}
