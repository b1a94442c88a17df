import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'

const mergeAttempts = 5

/**
 * Changes a table within a transaction. The database solves a deadlock at the cost of one transaction: ours goes back to where
 * its rows are staged and tries again.
 */
export async function withMergeAttempts(
  { errors }: Pick<SqlDialect, 'errors'>,
  connection: SqlConnection,
  work: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await connection.query('SAVEPOINT deltaverse_merge')
    try {
      await work()
      await connection.query('RELEASE SAVEPOINT deltaverse_merge')
      return
    } catch (error) {
      if (attempt === mergeAttempts || !errors.isDeadlock(error)) throw error
      await connection.query('ROLLBACK TO SAVEPOINT deltaverse_merge')
    }
  }
}
