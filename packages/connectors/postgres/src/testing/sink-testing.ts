import type { SinkTesting, SinkTestPlace } from '@deltaverse/core'
import pg from 'pg'
import { findBinaries, noBinaries, startPostgres } from './postgres-server.js'

/** Tables in a server of PostgreSQL that is started for the purpose; each place is a schema. */
export const sinkTesting: SinkTesting = {
  standsOnFiles: false,
  async start() {
    const binaries = findBinaries()
    if (binaries === undefined) throw new Error(noBinaries)
    const server = await startPostgres(binaries)
    const { host, port, user, database } = server.settings
    const connectionString = `postgres://${user}@${host}:${port}/${database}`
    const pool = new pg.Pool({ connectionString, max: 2, application_name: 'looks on' })
    pool.on('error', () => undefined)
    const schemaOf = ({ number }: SinkTestPlace): string => `place_${number}`
    return {
      settings: (place) => ({ connectionString, schema: schemaOf(place), leaseWaitMs: 1000 }),
      async look(place) {
        const table = `${schemaOf(place)}.${place.table.name}`
        const { rows: found } = await pool.query(`SELECT to_regclass('${table}') IS NOT NULL AS there`)
        const { rows } = found[0]?.there ? await pool.query(`SELECT * FROM ${table}`) : { rows: [] }
        return { rows: rows.map(keptRow), isInPlace: true, torn: [] }
      },
      /** What an operator does, or the server by itself once it has seen the connection dead. */
      async expireLease() {
        await pool.query(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'looks on'",
        )
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

function keptRow({ id, row_version: version, epoch: _, ...values }: Record<string, unknown>) {
  return { id: String(id), version: version === null ? undefined : String(version), values }
}
