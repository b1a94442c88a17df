import { unknownVersion } from '@deltaverse/bad-rows'
import { deletedColumn, deletedType, ownColumns, type ResolvedColumn, type TableColumns } from './columns.js'
import { type SqlDialect, stageColumns } from './dialect.js'
import { derivedName, quoteName } from './names.js'

/** What the statements on a table depend on. */
export interface TableShape extends TableColumns {
  readonly table: string
  readonly deletions: 'hard' | 'soft'
  /** Whether the table has the column for soft deletions; hard ones clear it in rows that come back. */
  readonly hasDeletedAt: boolean
}

/** Parameters are the epoch (`$1`) where a statement has one. No statement holds data. */
export interface TableSql {
  readonly createStage: readonly string[]
  readonly emptyStage: string
  /** Fills columns, by their places, of staged rows that came without them, with what the table holds. */
  readonly keepOld: (places: readonly number[], target: RowsTable) => string
  /** How many rows that came without some column were mentioned before, in the stage itself. */
  readonly countRepeats: string
  /** The same for these: with what the latest earlier mention brought that has the column. For each column by its place. */
  readonly keepRepeated: (place: number) => string
  /** Takes the last mention of each row from the stage. */
  readonly upsert: (target: RowsTable) => string
  /** Empties columns of rows of the table that are about to get other values in them, from the stage or the shadow. */
  readonly vacate: (columns: readonly string[], from: 'stage' | 'shadow') => string
  /** Empties a column of rows that a snapshot under way has not brought yet, where a staged row has their value now. */
  readonly vacateStale: (column: string) => string
  /** Puts columns of staged rows into rows that the table holds in the same version, or that have none. */
  readonly patch: (columns: readonly Pick<ResolvedColumn, 'column'>[]) => string
  /** Ids of staged rows that the table holds with other values; `undefined` where it holds nothing but ids. */
  readonly selectDiffering: string | undefined
  readonly remove: (target: RowsTable) => string
  /** Lets rows that an epoch brought count as not brought. */
  readonly demote: string
  /** Removes what an epoch did not bring. */
  readonly removeStale: string
  readonly removeAll: string
  readonly createShadow: string
  readonly dropShadow: string
  /** Brings the rows of the shadow into the table; rows that are the same are not touched. */
  readonly mergeShadow: string
  readonly removeNotInShadow: string
  readonly selectHeld: string
  /** One by one, where the database refuses some of the rows. */
  readonly parts: PartsSql
}

/** Statements on rows of the stage by their numbers, which are the parameters behind the epoch. */
interface PartsSql {
  /** Numbers of the last mentions, in order, and whether each is gone. */
  readonly numbers: string
  /** `$1` is the epoch, `$2` and `$3` the first and the last number. */
  readonly upsert: string
  /** `$1` and `$2` are the first and the last number. */
  readonly remove: string
  readonly selectRow: string
  /** Lets a row count as never mentioned. */
  readonly dropRow: string
  /** Keeps a row without the values of some columns, by their places, under a version that no row has. */
  readonly emptyColumns: (places: readonly number[]) => string
  /** Brings so many rows of the shadow behind an id (`$1`) to the stage. */
  readonly stageShadow: string
  readonly lastStaged: string
}

/** `main` is the table itself; `shadow` collects a snapshot until it is complete. */
export type RowsTable = 'main' | 'shadow'

/** What statements need of a dialect. */
export type SqlWords = Pick<SqlDialect, 'name' | 'limits' | 'types' | 'text'>

/** SQL of the columns that a new table gets. */
export function columnDefinitions(
  { types }: Pick<SqlWords, 'types'>,
  { id, columns }: TableColumns,
  withDeletedAt: boolean,
): string[] {
  return [
    `id ${types.of(id)} NOT NULL PRIMARY KEY`,
    `row_version ${types.of(ownColumns.row_version)}`,
    `epoch ${types.of(ownColumns.epoch)} NOT NULL`,
    ...(withDeletedAt ? [`${deletedColumn} ${types.of(deletedType)}`] : []),
    ...columns.map(({ column, type }) => `${quoteName(column)} ${types.of(type)}`),
  ]
}

/** Name of the table that a snapshot is collected in. */
export function shadowName(rules: Pick<SqlWords, 'name' | 'limits'>, table: string): string {
  return derivedName(rules, 'deltaverse_next_', table)
}

/** How many rows of a snapshot that is shown at its end are looked at at a time, where some of them are refused. */
export const rowsOfShadow = 1_000

/** Whether a row of the stage came without a column. */
function lacksColumn(alias: string, place: number): string {
  return `${alias}.lacks LIKE '%,${place},%'`
}

/** Whether a staged row has other values than the row of the table. */
function differ(names: readonly string[]): string {
  const listed = (alias: string): string => `(${names.map((name) => `${alias}.${name}`).join(', ')})`
  return `${listed('s')} IS DISTINCT FROM ${listed('t')}`
}

/** The same of one column, of which a row that came without it says nothing. */
function differWhereItCame(name: string, place: number): string {
  return `(NOT ${lacksColumn('s', place)} AND s.${name} IS DISTINCT FROM t.${name})`
}

/** Writes the statements for one table. */
export function createTableSql(words: SqlWords, shape: TableShape): TableSql {
  const { types, text } = words
  const { table, id, columns, deletions, hasDeletedAt } = shape
  const { stage } = text
  const main = text.table(table)
  const shadow = text.table(shadowName(words, table))
  const rowNames = columns.map(({ column }) => quoteName(column))
  const names = ['id', 'row_version', ...rowNames]
  const list = names.join(', ')
  const of = (alias: string): string => names.map((name) => `${alias}.${name}`).join(', ')
  const live = hasDeletedAt ? ` AND t.${deletedColumn} IS NULL` : ''
  const revive = hasDeletedAt ? `, ${deletedColumn} = NULL` : ''
  const set = ['row_version', ...rowNames].map((name) => `${name} = excluded.${name}`).join(', ')
  const lastMentions = `(SELECT max(number) AS number FROM ${stage} GROUP BY id) AS last JOIN ${stage} AS s ON s.number = last.number`
  const goneIds = `SELECT s.id FROM ${lastMentions} WHERE s.gone`
  const targets = { main, shadow }
  const upsertInto = (target: RowsTable, where: string): string =>
    `INSERT INTO ${targets[target]} AS t (${list}, epoch) SELECT ${of('s')}, CAST($1 AS ${types.of(ownColumns.epoch)}) FROM ${lastMentions} ` +
    `WHERE NOT s.gone${where} ON CONFLICT (id) DO UPDATE SET ${set}, epoch = excluded.epoch${target === 'main' ? revive : ''}`
  const deletedOf = (alias: string): string => (hasDeletedAt ? `, ${alias}.${deletedColumn}` : '')

  // A row that is gone softly keeps its columns; that it was deleted already is no news.
  const removeMain = (where: string): string =>
    deletions === 'soft'
      ? `UPDATE ${main} AS t SET ${deletedColumn} = ${text.now} WHERE ${where}${live}`
      : `DELETE FROM ${main} AS t WHERE ${where}${live}`

  const stageTypes: Readonly<Record<(typeof stageColumns)[number], string>> = {
    number: types.stageNumber,
    id: types.of(id),
    gone: types.of({ kind: 'boolean' }),
    row_version: types.of(ownColumns.row_version),
    lacks: types.of({ kind: 'text' }),
  }
  const definitions = [
    ...stageColumns.map((name) => `${name} ${stageTypes[name]}`),
    ...columns.map(({ column, type }) => `${quoteName(column)} ${types.of(type)}`),
  ]

  return {
    createStage: text.createStage(definitions.join(', ')),
    emptyStage: text.emptyStage,
    keepOld(places, target) {
      const sets = places.map((place) => {
        const name = rowNames[place] ?? ''
        return `${name} = CASE WHEN ${lacksColumn('s', place)} THEN t.${name} ELSE s.${name} END`
      })
      // A snapshot that is collected apart and a row that it has not brought yet: what readers see until then.
      const before =
        target === 'main'
          ? main
          : `(SELECT ${list} FROM ${shadow} UNION ALL SELECT ${list} FROM ${main} AS m WHERE NOT EXISTS (SELECT 1 FROM ${shadow} AS n WHERE n.id = m.id))`
      return `UPDATE ${stage} AS s SET ${sets.join(', ')} FROM ${before} AS t WHERE t.id = s.id AND s.lacks IS NOT NULL`
    },
    countRepeats: `SELECT count(*) AS repeats FROM (SELECT 1 FROM ${stage} GROUP BY id HAVING count(*) > 1 AND max(lacks) IS NOT NULL) AS r`,
    keepRepeated(place) {
      const name = rowNames[place] ?? ''
      const earlier = `FROM ${stage} AS p WHERE p.id = s.id AND p.number < s.number AND (p.lacks IS NULL OR NOT ${lacksColumn('p', place)})`
      return (
        `UPDATE ${stage} AS s SET ${name} = (SELECT p.${name} ${earlier} ORDER BY p.number DESC LIMIT 1) ` +
        `WHERE ${lacksColumn('s', place)} AND EXISTS (SELECT 1 ${earlier})`
      )
    },
    vacate(columnNames, from) {
      const quoted = columnNames.map(quoteName)
      const listed = (alias: string): string => `(${quoted.map((name) => `${alias}.${name}`).join(', ')})`
      const source = from === 'shadow' ? `${shadow} AS s WHERE` : `${lastMentions} WHERE NOT s.gone AND`
      return (
        `UPDATE ${main} AS t SET ${quoted.map((name) => `${name} = NULL`).join(', ')} ` +
        `WHERE EXISTS (SELECT 1 FROM ${source} s.id = t.id AND ${listed('s')} IS DISTINCT FROM ${listed('t')})`
      )
    },
    vacateStale: (column) =>
      `UPDATE ${main} AS t SET ${quoteName(column)} = NULL WHERE t.epoch <> $1 AND t.${quoteName(column)} IN (SELECT s.${quoteName(column)} FROM ${lastMentions} WHERE NOT s.gone AND s.id <> t.id)${live}`,
    upsert: (target) => upsertInto(target, ''),
    patch(patched) {
      const sets = patched.map(({ column }) => `${quoteName(column)} = s.${quoteName(column)}`)
      const isSame = 's.row_version = t.row_version OR s.row_version IS NULL OR t.row_version IS NULL'
      return `UPDATE ${main} AS t SET ${sets.join(', ')} FROM ${lastMentions} WHERE s.id = t.id AND (${isSame})${live}`
    },
    selectDiffering:
      rowNames.length === 0
        ? undefined
        : `SELECT CAST(s.id AS ${types.of({ kind: 'text' })}) AS id FROM ${lastMentions} JOIN ${main} AS t ON t.id = s.id WHERE NOT s.gone${live} ` +
          `AND CASE WHEN s.lacks IS NULL THEN ${differ(rowNames)} ELSE ${rowNames.map(differWhereItCame).join(' OR ')} END`,
    remove: (target) =>
      target === 'main'
        ? removeMain(`t.id IN (${goneIds})`)
        : `DELETE FROM ${shadow} AS t WHERE t.id IN (${goneIds})`,
    demote: `UPDATE ${main} SET epoch = 0 WHERE epoch = $1`,
    removeStale: removeMain('t.epoch <> $1'),
    removeAll: removeMain('true'),
    createShadow: `CREATE TABLE IF NOT EXISTS ${shadow} (${columnDefinitions(words, shape, false).join(', ')})`,
    dropShadow: `DROP TABLE IF EXISTS ${shadow}`,
    mergeShadow:
      `INSERT INTO ${main} AS t (${list}, epoch) SELECT ${of('s')}, s.epoch FROM ${shadow} AS s ` +
      `WHERE true ON CONFLICT (id) DO UPDATE SET ${set}, epoch = excluded.epoch${revive} ` +
      `WHERE (${of('t')}${deletedOf('t')}) IS DISTINCT FROM (${of('excluded')}${hasDeletedAt ? `, CAST(NULL AS ${types.of(deletedType)})` : ''})`,
    removeNotInShadow: removeMain(`NOT EXISTS (SELECT 1 FROM ${shadow} AS s WHERE s.id = t.id)`),
    selectHeld: `SELECT CAST(t.id AS ${types.of({ kind: 'text' })}) AS id, CAST(t.row_version AS ${types.of({ kind: 'text' })}) AS row_version FROM ${main} AS t WHERE true${live}`,
    parts: {
      numbers: `SELECT s.number AS number, s.gone AS gone FROM ${lastMentions} ORDER BY s.number`,
      upsert: upsertInto('main', ' AND s.number BETWEEN $2 AND $3'),
      remove: removeMain(`t.id IN (${goneIds} AND s.number BETWEEN $1 AND $2)`),
      selectRow: `SELECT ${['s.id', 's.gone', 's.row_version', ...rowNames.map((name) => `s.${name}`)].map((name, at) => `${name} AS v${at}`).join(', ')} FROM ${stage} AS s WHERE s.number = $1`,
      dropRow: `DELETE FROM ${stage} WHERE id = (SELECT s.id FROM ${stage} AS s WHERE s.number = $1)`,
      emptyColumns: (places) =>
        `UPDATE ${stage} SET row_version = ${unknownVersion}, ${places.map((place) => `${rowNames[place] ?? ''} = NULL`).join(', ')} WHERE number = $1`,
      stageShadow:
        `INSERT INTO ${stage} (number, gone, ${list}) SELECT row_number() OVER (ORDER BY s.id), false, ${of('s')} FROM ${shadow} AS s ` +
        `WHERE CAST($1 AS ${types.of(id)}) IS NULL OR s.id > CAST($1 AS ${types.of(id)}) ORDER BY s.id LIMIT ${rowsOfShadow}`,
      lastStaged: `SELECT CAST(s.id AS ${types.of({ kind: 'text' })}) AS id FROM ${stage} AS s ORDER BY s.number DESC LIMIT 1`,
    },
  }
}
