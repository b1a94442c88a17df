import { createHash } from 'node:crypto'
import { deletedColumn, ownColumns, type ResolvedColumn } from './column.js'
import { derivedName, quoteName, quoteQualified } from './identifiers.js'

/** What the statements on a table depend on. */
export interface TableShape {
  readonly schema: string
  readonly table: string
  /** Columns of the rows that are written. */
  readonly columns: readonly ResolvedColumn[]
  readonly deletions: 'hard' | 'soft'
  /** Whether the table has the column for soft deletions; hard ones clear it in rows that come back. */
  readonly hasDeletedAt: boolean
}

/** Parameters are the epoch (`$1`) where a statement has one. No statement holds data. */
export interface TableSql {
  readonly createStage: string
  readonly copyToStage: string
  readonly emptyStage: string
  /** Takes the last mention of each row from the stage. */
  readonly upsert: (target: RowsTable) => string
  readonly remove: (target: RowsTable) => string
  /** Lets rows that an epoch brought count as not brought. */
  readonly demote: string
  /** Removes what an epoch did not bring. */
  readonly removeStale: string
  readonly removeAll: string
  readonly createShadow: string
  readonly emptyShadow: string
  readonly dropShadow: string
  /** Brings the rows of the shadow into the table; rows that are the same are not touched. */
  readonly mergeShadow: string
  readonly removeNotInShadow: string
  readonly selectHeld: string
}

/** `main` is the table itself; `shadow` collects a full read until it is complete. */
export type RowsTable = 'main' | 'shadow'

const stage = 'pg_temp.deltaverse_stage'

/** SQL of the columns that a new table gets. */
export function columnDefinitions(columns: readonly ResolvedColumn[], withDeletedAt: boolean): string[] {
  return [
    `id ${ownColumns.id} PRIMARY KEY`,
    `row_version ${ownColumns.row_version}`,
    `epoch ${ownColumns.epoch} NOT NULL`,
    ...(withDeletedAt ? [`${deletedColumn} timestamptz`] : []),
    ...columns.map(({ column, type }) => `${quoteName(column)} ${type}`),
  ]
}

/** Name of the table that a full read is collected in. */
export function shadowName(table: string): string {
  return derivedName('deltaverse_next_', table, sha256)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Writes the statements for one table. */
export function createTableSql(shape: TableShape): TableSql {
  const { schema, table, columns, deletions, hasDeletedAt } = shape
  const main = quoteQualified(schema, table)
  const shadow = quoteQualified(schema, shadowName(table))
  const rowNames = columns.map(({ column }) => quoteName(column))
  const names = ['id', 'row_version', ...rowNames]
  const definitions = columns.map(({ column, type }) => `${quoteName(column)} ${type}`)
  const list = names.join(', ')
  const of = (alias: string): string => names.map((name) => `${alias}.${name}`).join(', ')
  const live = hasDeletedAt ? ` AND t.${deletedColumn} IS NULL` : ''
  const revive = hasDeletedAt ? `, ${deletedColumn} = NULL` : ''
  const set = ['row_version', ...rowNames].map((name) => `${name} = excluded.${name}`).join(', ')
  const lastOf = (gone: boolean): string =>
    `(SELECT max(number) AS number FROM ${stage} GROUP BY id) AS last JOIN ${stage} AS s ON s.number = last.number AND ${gone ? 's.gone' : 'NOT s.gone'}`
  const targets = { main, shadow }

  // A row that is gone softly keeps its columns; that it was deleted already is no news.
  const removeMain = (from: string, where: string): string =>
    deletions === 'soft'
      ? `UPDATE ${main} AS t SET ${deletedColumn} = now()${from === '' ? '' : ` FROM ${from}`} WHERE ${where}${live}`
      : `DELETE FROM ${main} AS t${from === '' ? '' : ` USING ${from}`} WHERE ${where}${live}`

  return {
    createStage: `CREATE TEMPORARY TABLE deltaverse_stage (number bigint, id uuid, gone boolean, row_version bigint${definitions.map((each) => `, ${each}`).join('')}) ON COMMIT DROP`,
    copyToStage: `COPY ${stage} FROM STDIN`,
    emptyStage: `TRUNCATE ${stage}`,
    upsert: (target) =>
      `INSERT INTO ${targets[target]} AS t (${list}, epoch) SELECT ${of('s')}, $1::integer FROM ${lastOf(false)} ` +
      `ON CONFLICT (id) DO UPDATE SET ${set}, epoch = excluded.epoch${target === 'main' ? revive : ''}`,
    remove: (target) =>
      target === 'main'
        ? removeMain(lastOf(true), 't.id = s.id')
        : `DELETE FROM ${shadow} AS t USING ${lastOf(true)} WHERE t.id = s.id`,
    demote: `UPDATE ${main} SET epoch = 0 WHERE epoch = $1`,
    removeStale: removeMain('', 't.epoch <> $1'),
    removeAll: removeMain('', 'true'),
    createShadow: `CREATE TABLE IF NOT EXISTS ${shadow} (${columnDefinitions(columns, false).join(', ')})`,
    emptyShadow: `TRUNCATE ${shadow}`,
    dropShadow: `DROP TABLE IF EXISTS ${shadow}`,
    mergeShadow:
      `INSERT INTO ${main} AS t (${list}, epoch) SELECT ${of('s')}, s.epoch FROM ${shadow} AS s ` +
      `ON CONFLICT (id) DO UPDATE SET ${set}, epoch = excluded.epoch${revive} ` +
      `WHERE (${of('t')}${hasDeletedAt ? `, t.${deletedColumn}` : ''}) IS DISTINCT FROM (${of('excluded')}${hasDeletedAt ? ', NULL::timestamptz' : ''})`,
    removeNotInShadow: removeMain('', `NOT EXISTS (SELECT FROM ${shadow} AS s WHERE s.id = t.id)`),
    selectHeld: `SELECT t.id::text AS id, t.row_version::text AS row_version FROM ${main} AS t WHERE true${live}`,
  }
}
