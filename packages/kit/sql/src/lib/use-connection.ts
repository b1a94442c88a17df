import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'

/** What is needed of a dialect to use connections. */
export type Connects<C extends SqlConnection = SqlConnection> = Pick<SqlDialect<C>, 'connect' | 'errors'>

/**
 * Does work on a connection that ends with the signal, and says the driver's errors in ours.
 *
 * @param doing what is being done, for the message
 */
export async function guarded<T>(
  { errors }: Pick<SqlDialect, 'errors'>,
  connection: SqlConnection,
  signal: AbortSignal | undefined,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  const onAbort = (): void => connection.destroy()
  try {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', onAbort, { once: true })
    return await work()
  } catch (error) {
    connection.destroy()
    if (signal?.aborted) throw signal.reason
    throw errors.explain(error, doing)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Takes a connection for one piece of work and gives it back, or breaks it when the work fails. */
export async function withConnection<T, C extends SqlConnection>(
  dialect: Connects<C>,
  signal: AbortSignal | undefined,
  doing: string,
  work: (connection: C) => Promise<T>,
): Promise<T> {
  const connection = await connectGuarded(dialect, signal, doing)
  const result = await guarded(dialect, connection, signal, doing, () => work(connection))
  connection.release()
  return result
}

/** Takes a connection; one that comes too late for the signal goes straight back. */
export async function connectGuarded<C extends SqlConnection>(
  { connect, errors }: Connects<C>,
  signal: AbortSignal | undefined,
  doing: string,
): Promise<C> {
  signal?.throwIfAborted()
  const asked = connect()
  if (signal === undefined) return asked.catch((error) => Promise.reject(errors.explain(error, doing)))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    asked.then(
      (connection) => {
        signal.removeEventListener('abort', onAbort)
        if (signal.aborted) connection.release()
        else resolve(connection)
      },
      (error) => {
        signal.removeEventListener('abort', onAbort)
        reject(errors.explain(error, doing))
      },
    )
  })
}
