import type { SqlConnection } from './connection.js'
import type { SqlDialect, TransactionKind } from './dialect.js'

/** Runs work between the beginning and the end of a transaction on a connection. */
export async function inTransaction<T>(
  dialect: Pick<SqlDialect, 'begin'>,
  connection: SqlConnection,
  what: TransactionKind,
  work: () => Promise<T>,
): Promise<T> {
  for (const statement of dialect.begin(what)) await connection.query(statement)
  const result = await work()
  await connection.query('COMMIT')
  return result
}
