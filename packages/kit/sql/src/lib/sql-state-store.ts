import { randomUUID } from 'node:crypto'
import { type CheckpointStore, DataverseError } from '@deltaverse/core'
import type { OptionsOutput } from '@deltaverse/options'
import { createBookkeeping } from './bookkeeping.js'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'
import type { leaseSpec } from './sink-options.js'
import { inTransaction } from './transaction.js'
import { withConnection } from './use-connection.js'

/** Options of a store that were checked, with their defaults. */
export type ParsedSqlStateStoreOptions = OptionsOutput<typeof leaseSpec>

/**
 * Creates a store of states in an SQL database, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createSqlSink()` needs none.
 */
export function createSqlStateStore<C extends SqlConnection>(
  dialect: SqlDialect<C>,
  { leaseWaitMs }: ParsedSqlStateStoreOptions,
): Required<CheckpointStore> {
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
    acquire: (name, call) => dialect.acquireLease(name, leaseWaitMs, call),
  }
}
