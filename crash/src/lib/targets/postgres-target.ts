import { findBinaries, noBinaries, startPostgres } from '@deltaverse/postgres/testing'
import pg from 'pg'
import { syncName } from '../run/sync-name.js'
import type { CrashPlace, CrashTarget } from './crash-target.js'
import { viewOfTable } from './view-of-table.js'

/** Tables in a server of PostgreSQL that is started for the run; each seed has a schema of its own. */
export const postgresTarget: CrashTarget = {
  standsOnFiles: false,
  async start() {
    const binaries = findBinaries()
    if (binaries === undefined) throw new Error(noBinaries)
    const server = await startPostgres(binaries)
    const { host, port, user, database } = server.settings
    const connectionString = `postgres://${user}@${host}:${port}/${database}`
    const pool = new pg.Pool({ connectionString, max: 2 })
    pool.on('error', () => undefined)
    const schemaOf = ({ seed }: CrashPlace): string => `seed_${seed}`
    return {
      settings: (place) => ({ connectionString, schema: schemaOf(place), leaseWaitMs: 1000 }),
      async look(place, book) {
        const table = `${schemaOf(place)}.${syncName}`
        const { rows: found } = await pool.query(`SELECT to_regclass('${table}') IS NOT NULL AS there`)
        const { rows } = found[0]?.there ? await pool.query(`SELECT * FROM ${table}`) : { rows: [] }
        return viewOfTable(rows, book)
      },
      async forget(place) {
        await pool.query(`DROP SCHEMA IF EXISTS ${schemaOf(place)} CASCADE`)
      },
      async stop() {
        await pool.end()
        await server.stop()
      },
    }
  },
}
