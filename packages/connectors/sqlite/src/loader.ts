import { type LoaderStage, type RowLoader, stageColumns } from '@deltaverse/sql'
import type { SqliteConnection } from './connection.js'

/** Creates what brings rows to the staging table, one by one: there is no way to a server that would have to be saved. */
export function createRowLoader(connection: SqliteConnection, { table, columns }: LoaderStage): RowLoader {
  const places = new Array(stageColumns.length + columns).fill('?').join(', ')
  const insert = connection.prepare(`INSERT INTO ${table} VALUES (${places})`)
  const noValues = new Array<null>(columns).fill(null)
  return {
    load({ number, id, gone, rowVersion, lacks, values }) {
      insert.run(number, id, gone ? 1 : 0, rowVersion, lacks, ...(gone ? noValues : values))
      return undefined
    },
    async end() {},
  }
}
