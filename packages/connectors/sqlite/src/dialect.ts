import { quoteName, type SqlDialect } from '@deltaverse/sql'
import { sqliteCatalogue } from './catalogue.js'
import { openFile, type SqliteConnection } from './connection.js'
import { sqliteErrors } from './errors.js'
import { acquireLease } from './lease.js'
import { createRowLoader } from './loader.js'
import { sqliteTypes } from './types.js'

/** Where tables lie, and how long to wait for whoever else writes there. */
export interface SqlitePlace {
  readonly file: string
  readonly busyWaitMs: number
}

const stage = 'temp.deltaverse_stage'

/** SQLite, in one file. */
export function createSqliteDialect({ file, busyWaitMs }: SqlitePlace): SqlDialect<SqliteConnection> {
  return {
    name: 'SQLite',
    // What it is built with (its manual: Implementation Limits), less the columns of the sink. Names may be as long as SQL.
    limits: { nameBytes: 1_024, columns: 1_990, reservedColumns: new Set() },
    capabilities: { altersTypes: false, ignoresCase: true },
    types: sqliteTypes,
    text: {
      table: quoteName,
      now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
      // In a file of its own, so that others can write while rows come.
      createStage: (columns) => [`CREATE TEMPORARY TABLE deltaverse_stage (${columns})`],
      stage,
      emptyStage: `DELETE FROM ${stage}`,
      indexStage:
        'CREATE INDEX IF NOT EXISTS temp.deltaverse_stage_mentions ON deltaverse_stage (id, number)',
      checkDeferred: [],
      lockRows: { share: '', update: '' },
      alterType: (table, column, type) => `make ${table} anew with ${quoteName(column)} ${type}`,
      addPrimaryKey: (table) => `CREATE UNIQUE INDEX "unique id" ON ${table} (id)`,
    },
    errors: sqliteErrors,
    catalogue: sqliteCatalogue,
    connect: () => openFile(file, busyWaitMs),
    close: async () => {},
    begin: (what) => [what === 'prepare' ? 'BEGIN IMMEDIATE' : 'BEGIN'],
    createLoader: createRowLoader,
    acquireLease: (name, waitMs, call) => acquireLease(file, name, waitMs, call),
  }
}
