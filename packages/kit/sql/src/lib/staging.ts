import type { Change } from '@deltaverse/core'
import type { SqlConnection } from './connection.js'
import type { RowLoader, SqlDialect } from './dialect.js'
import type { RowEncoder } from './row-encoder.js'
import type { TableSql } from './table-sql.js'

/** What lies in the staging table. */
interface StagedCounts {
  readonly upserts: number
  readonly deletions: number
  /** Places of columns that some row came without, where the column keeps what it held. */
  readonly lacking: ReadonlySet<number>
}

/** Rows on their way to a table, as they come: in a table that lasts as long as the transaction. */
export interface Staging {
  /** Whether rows can be added without opening it. */
  readonly isOpen: boolean
  open(): Promise<void>
  /** Returns nothing where there is nothing to wait for. */
  add(change: Change): Promise<void> | undefined
  /** Resolves once the database has every row, with what lies there; `undefined` when nothing does. */
  settle(): Promise<StagedCounts | undefined>
  empty(): Promise<void>
}

export interface StagingOptions<C extends SqlConnection> {
  readonly dialect: SqlDialect<C>
  readonly connection: C
  readonly sql: TableSql
  readonly encode: RowEncoder
  readonly columns: number
  readonly doing: string
}

/** Creates the staging of a transaction. Nothing is sent before it is opened. */
export function createStaging<C extends SqlConnection>(options: StagingOptions<C>): Staging {
  const { dialect, connection, sql, encode, columns, doing } = options
  let loader: RowLoader | undefined
  let made = false
  let number = 0
  let counts = { upserts: 0, deletions: 0, lacking: new Set<number>() }
  return {
    get isOpen() {
      return loader !== undefined
    },
    async open() {
      if (loader !== undefined) return
      if (!made) for (const statement of sql.createStage) await connection.query(statement)
      made = true
      loader = dialect.createLoader(connection, { table: dialect.text.stage, columns, doing })
    },
    add(change) {
      number += 1
      const row = encode(change, number)
      if (row.gone) counts.deletions += 1
      else counts.upserts += 1
      if (row.lacks !== null) {
        for (const place of row.lacks.split(',')) if (place !== '') counts.lacking.add(Number(place))
      }
      return loader?.load(row)
    },
    async settle() {
      if (counts.upserts + counts.deletions === 0) return undefined
      await loader?.end()
      loader = undefined
      return counts
    },
    async empty() {
      await connection.query(sql.emptyStage)
      counts = { upserts: 0, deletions: 0, lacking: new Set() }
    },
  }
}
