import { isBadRow, withoutMember } from '@deltaverse/bad-rows'
import type { Change } from '@deltaverse/core'
import type { BadRowLetters } from './bad-row-letters.js'
import type { SqlConnection } from './connection.js'
import type { RowLoader, SqlDialect, StagedRow } from './dialect.js'
import type { RowEncoder } from './row-encoder.js'
import { createRowGroups, type RowGroups } from './row-groups.js'
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
  /** @param encode the row's own way to be encoded. Default: that of the table */
  add(change: Change, encode?: RowEncoder): Promise<void> | undefined
  /** Rows may not come for long now: nothing is left half-sent. */
  pause(): Promise<void>
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
  /** Where rows are told of that cannot be staged; absent where one of them ends the transaction. */
  readonly letters: BadRowLetters | undefined
}

/** Creates the staging of a transaction. Nothing is sent before it is opened. */
export function createStaging<C extends SqlConnection>(options: StagingOptions<C>): Staging {
  const { dialect, connection, sql, encode, columns, doing, letters } = options
  let loader: RowLoader | RowGroups | undefined
  let made = false
  let number = 0
  let counts = { upserts: 0, deletions: 0, lacking: new Set<number>() }

  function createLoader(): RowLoader {
    return dialect.createLoader(connection, { table: dialect.text.stage, columns, doing })
  }

  /** `undefined` for a row that is told of in a letter. */
  function encodeOrTell(change: Change, by: RowEncoder): StagedRow | undefined {
    if (letters === undefined) return by(change, number)
    try {
      return by(change, number)
    } catch (error) {
      if (!isBadRow(error)) throw error
      const { member } = error
      const isKept = letters.isKept && member !== undefined && change.kind === 'upserted'
      letters.ofChange(change, error, isKept ? 'without-column' : 'nothing')
      return isKept ? encodeOrTell(withoutMember(change, member), by) : undefined
    }
  }

  return {
    get isOpen() {
      return loader !== undefined
    },
    async open() {
      if (loader !== undefined) return
      if (!made) for (const statement of sql.createStage) await connection.query(statement)
      made = true
      loader =
        letters === undefined
          ? createLoader()
          : createRowGroups({ dialect, connection, letters, createLoader })
    },
    add(change, own = encode) {
      number += 1
      const row = encodeOrTell(change, own)
      if (row === undefined) return undefined
      if (row.gone) counts.deletions += 1
      else counts.upserts += 1
      if (row.lacks !== null) {
        for (const place of row.lacks.split(',')) if (place !== '') counts.lacking.add(Number(place))
      }
      return loader?.load(row)
    },
    async pause() {
      await loader?.end()
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
