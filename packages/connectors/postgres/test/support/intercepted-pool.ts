import type { Pool, PoolClient } from 'pg'
import type { TestDatabase } from './test-database.js'

/** What becomes of the connection around a statement. */
export type Fate = 'dies-before' | 'dies-after' | 'lives'

/**
 * The pool of a database, with somebody who is told of every statement before it is sent, and of the server's process that gets it,
 * and decides what becomes of its connection. After death behind a statement nobody learns that the server has carried it out.
 */
export function interceptPool(
  { pool, query }: Pick<TestDatabase, 'pool' | 'query'>,
  decide: (statement: string, session: number) => Fate | Promise<Fate>,
): Pool {
  const terminate = async (client: PoolClient): Promise<void> => {
    // Waits until the session has ended, so that what it held is let go.
    await query('SELECT pg_terminate_backend($1, 5000)', [processId(client)])
  }

  function intercept(client: PoolClient): PoolClient {
    return new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'query') return value.bind(target)
        return (statement: unknown, values?: unknown[]) => {
          if (typeof statement !== 'string') {
            // A stream of COPY begins at once; its connection dies while it runs.
            void Promise.resolve(decide((statement as { text: string }).text, processId(target))).then(
              (fate) => (fate === 'lives' ? undefined : terminate(target)),
            )
            return value.call(target, statement)
          }
          return carryOut(target, statement, () => value.call(target, statement, values))
        }
      },
    })
  }

  async function carryOut(
    client: PoolClient,
    statement: string,
    send: () => Promise<unknown>,
  ): Promise<unknown> {
    const fate = await decide(statement, processId(client))
    if (fate === 'dies-before') await terminate(client)
    const result = await send()
    if (fate !== 'dies-after') return result
    await terminate(client)
    throw new Error('Connection terminated unexpectedly')
  }

  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') {
        return (taken: Parameters<Pool['connect']>[0]) =>
          target.connect((error, client, release) => taken(error, client && intercept(client), release))
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Number of the server's process behind a connection. */
function processId(client: PoolClient): number {
  return (client as PoolClient & { processID: number }).processID
}
