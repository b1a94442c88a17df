import { randomUUID } from 'node:crypto'
import { type CheckpointStore, DataverseError } from '@deltaverse/core'
import type { Pool } from 'pg'
import { createBookkeeping } from './bookkeeping.js'
import { inTransaction, withConnection } from './connection.js'
import { checkName } from './identifiers.js'
import { acquireLease } from './lease.js'
import { checkPool, checkWait } from './sink-options.js'

export interface PostgresCheckpointStoreOptions {
  /** Pool of the `pg` package. A lease has a connection of its own beside it. */
  readonly pool: Pool
  /** Schema of the table `deltaverse_state`, which is created when it is missing. Default: `public`. */
  readonly schema?: string | undefined
  /** How long to wait for a lease that is taken, in milliseconds; a server may need a moment to notice a death. Default: 500. */
  readonly leaseWaitMs?: number | undefined
}

/**
 * Creates a store of checkpoints in PostgreSQL, for sinks that do not keep their own: one row for each name, saved by
 * compare-and-set. A sink made by `createPostgresSink()` needs none.
 *
 * @throws TypeError or RangeError for options that cannot be right
 */
export function createPostgresCheckpointStore(
  options: PostgresCheckpointStoreOptions,
): Required<CheckpointStore> {
  const pool = checkPool(options.pool)
  const schema = checkName('schema', options.schema ?? 'public')
  const waitMs = checkWait(options.leaseWaitMs)
  const bookkeeping = createBookkeeping(schema)
  return {
    load(name, { signal } = {}) {
      return withConnection(pool, signal, `loading the state '${name}'`, (connection) =>
        inTransaction(connection, () => bookkeeping.loadState(connection, name)),
      )
    },
    async save(name, state, expectedRevision, { signal } = {}) {
      const revision = randomUUID()
      await withConnection(pool, signal, `saving the state '${name}'`, (connection) =>
        inTransaction(connection, async () => {
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
    acquire: (name, call) => acquireLease({ pool, schema, name, waitMs }, call),
  }
}
