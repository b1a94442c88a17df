import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'

const mergeAttempts = 5

/**
 * Changes a table within a transaction. The database solves a deadlock at the cost of one transaction: ours goes back to where
 * its rows are staged and tries again. Where rows swap a value that is unique, in whatever order they come, it tries once more
 * behind `vacate`, which lets go of such values.
 */
export async function withMergeAttempts(
  { errors, text }: Pick<SqlDialect, 'errors' | 'text'>,
  connection: SqlConnection,
  work: () => Promise<void>,
  vacate?: () => Promise<void>,
): Promise<void> {
  let isVacated = false
  for (let attempt = 1; ; attempt += 1) {
    await connection.query('SAVEPOINT deltaverse_merge')
    try {
      if (isVacated) await vacate?.()
      await work()
      // A deferred constraint speaks up at the end of the transaction only, where nothing can be mended.
      for (const statement of text.checkDeferred) await connection.query(statement)
      await connection.query('RELEASE SAVEPOINT deltaverse_merge')
      return
    } catch (error) {
      // The first error is the one that tells: a connection that broke cannot go back either.
      await connection.query('ROLLBACK TO SAVEPOINT deltaverse_merge').catch(() => Promise.reject(error))
      const canVacate: boolean = vacate !== undefined && !isVacated && errors.isUniqueViolation(error)
      if (!canVacate && (attempt === mergeAttempts || !errors.isDeadlock(error))) throw error
      isVacated ||= canVacate
    }
  }
}
