import { findBinaries, noBinaries, type PostgresServer, startPostgres } from '@deltaverse/postgres/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'

/** The server of a test file, once it runs. */
export interface TestDatabase {
  /** Connections of the code that is tested. */
  readonly pool: pg.Pool
  readonly server: PostgresServer
  /** Name of a schema that nobody has used yet. */
  freshSchema(): string
  /** Runs a statement on a connection of its own. */
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>
}

/** Describes tests on a server that is started once for them; where there are no binaries they are skipped, and it is said why. */
export function describeOnPostgres(name: string, body: (database: TestDatabase) => void): void {
  const binaries = findBinaries()
  describe.skipIf(binaries === undefined)(
    binaries === undefined ? `${name} (skipped: ${noBinaries})` : name,
    () => {
      let server: PostgresServer | undefined
      let pool: pg.Pool | undefined
      let own: pg.Pool | undefined
      let schemas = 0
      const started = <T>(value: T | undefined): T => {
        if (value === undefined) throw new Error('the server is started by the time that tests run')
        return value
      }
      beforeAll(async () => {
        server = await startPostgres(binaries ?? '')
        pool = new pg.Pool({ ...server.settings, max: 4 })
        own = new pg.Pool({ ...server.settings, max: 4 })
        for (const each of [pool, own]) each.on('error', () => {})
      })
      afterAll(async () => {
        // First, so that it is gone even when a connection that nobody gave back keeps a pool from ending.
        await server?.stop()
        await pool?.end()
        await own?.end()
      })
      body({
        get pool() {
          return started(pool)
        },
        get server() {
          return started(server)
        },
        freshSchema: () => `schema_${++schemas}`,
        async query(sql, values) {
          const { rows } = await started(own).query(sql, values === undefined ? undefined : [...values])
          return rows
        },
      })
    },
  )
}
