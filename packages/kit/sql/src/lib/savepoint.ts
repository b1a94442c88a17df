import type { SqlConnection } from './connection.js'

/** Does work that takes effect as a whole or not at all, within a transaction that goes on either way. */
export async function inSavepoint(
  connection: SqlConnection,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  await connection.query(`SAVEPOINT ${name}`)
  try {
    await work()
  } catch (error) {
    await connection.query(`ROLLBACK TO SAVEPOINT ${name}`)
    throw error
  }
  await connection.query(`RELEASE SAVEPOINT ${name}`)
}

/** Whether work goes through; nothing of it stays. @throws what is no fault of the kind that is asked for */
export async function goesThrough(
  connection: SqlConnection,
  name: string,
  work: () => Promise<void>,
  isFault: (error: unknown) => boolean,
): Promise<boolean> {
  await connection.query(`SAVEPOINT ${name}`)
  let fault: unknown
  try {
    await work()
  } catch (error) {
    fault = error
  }
  await connection.query(`ROLLBACK TO SAVEPOINT ${name}`)
  if (fault !== undefined && !isFault(fault)) throw fault
  return fault === undefined
}
