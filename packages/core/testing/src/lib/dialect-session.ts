import type { ContractCase } from './contract-case.js'
import type { DialectHarness, TestedConnection, TestedDialect } from './tested-dialect.js'

/** A dialect in the course of one case. */
export interface DialectSession<C extends TestedConnection> {
  readonly harness: DialectHarness<C>
  readonly dialect: TestedDialect<C>
  readonly connection: C
  run(...statements: readonly string[]): Promise<void>
  /** The error that a statement ends with. @throws Error when it goes through */
  failing(statement: string): Promise<unknown>
  /** Within a transaction of a kind, which is rolled back when the work fails. */
  inside(what: 'look' | 'prepare' | 'write', work: () => Promise<void>): Promise<void>
  /** The same on a connection of its own, which is taken for it. */
  onAnother(work: (session: DialectSession<C>) => Promise<void>): Promise<void>
  /** How many rows a table has. */
  count(from: string): Promise<number>
}

/** A case that begins with a connection to an empty place. */
export function dialectCase<C extends TestedConnection>(
  harness: DialectHarness<C>,
  name: string,
  body: (session: DialectSession<C>) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      const dialect = await harness.create()
      const connection = await dialect.connect()
      try {
        await dialect.catalogue.makePlace(connection)
        await body(sessionOf(harness, dialect, connection))
        connection.release()
      } finally {
        connection.destroy()
        await dialect.close()
        await harness.dispose?.()
      }
    },
  }
}

function sessionOf<C extends TestedConnection>(
  harness: DialectHarness<C>,
  dialect: TestedDialect<C>,
  connection: C,
): DialectSession<C> {
  const session: DialectSession<C> = {
    harness,
    dialect,
    connection,
    async run(...statements) {
      for (const statement of statements) await connection.query(statement)
    },
    async failing(statement) {
      let failure: unknown
      await connection.query(statement).catch((error: unknown) => {
        failure = error
      })
      if (failure === undefined) throw new Error(`this went through, and must not: ${statement}`)
      return failure
    },
    async inside(what, work) {
      await session.run(...dialect.begin(what))
      try {
        await work()
      } catch (error) {
        await connection.query('ROLLBACK').catch(() => undefined)
        throw error
      }
      await connection.query('COMMIT')
    },
    async onAnother(work) {
      const other = await dialect.connect()
      try {
        await work(sessionOf(harness, dialect, other))
        other.release()
      } finally {
        other.destroy()
      }
    },
    async count(from) {
      const { rows } = await connection.query(`SELECT count(*) AS found FROM ${from}`)
      return Number(rows[0]?.found)
    },
  }
  return session
}
