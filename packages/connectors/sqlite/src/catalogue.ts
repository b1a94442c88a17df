import { countIn, type SqlCatalogue } from '@deltaverse/sql'
import type { SqliteConnection } from './connection.js'

/** What lies in the file. */
export const sqliteCatalogue: SqlCatalogue<SqliteConnection> = {
  // The transaction that prepares holds the whole file already.
  async lock() {},
  async makePlace() {},
  async countTables(connection, names) {
    const list = names.map((_, at) => `$${at + 1}`).join(', ')
    const { rows } = await connection.query(
      `SELECT count(*) AS found FROM sqlite_schema WHERE type = 'table' AND name IN (${list})`,
      names,
    )
    return countIn(rows, 'found')
  },
  async uniqueColumns(connection, table) {
    const { rows } = await connection.query(
      `SELECT DISTINCT i.name AS name FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i
       WHERE l."unique" AND l.origin <> 'pk' AND i.name IS NOT NULL`,
      [table],
    )
    return rows.map(({ name }) => String(name))
  },
  async readRelation(connection, table) {
    const { rows: relations } = await connection.query(
      "SELECT type FROM sqlite_schema WHERE type IN ('table', 'view') AND name = $1 COLLATE NOCASE",
      [table],
    )
    const [relation] = relations
    if (relation === undefined) return undefined
    const { rows: columns } = await connection.query(
      'SELECT name, upper(type) AS type, "notnull" AND dflt_value IS NULL AS demanded, hidden IN (2, 3) AS generated FROM pragma_table_xinfo($1)',
      [table],
    )
    const { rows: keys } = await connection.query(
      `SELECT count(*) AS found FROM (
         SELECT group_concat(i.name) AS columns FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i
         WHERE l."unique" AND NOT l.partial GROUP BY l.name
       ) WHERE columns = 'id' COLLATE NOCASE`,
      [table],
    )
    return {
      isTable: relation.type === 'table',
      isKeyed: countIn(keys, 'found') > 0,
      columns: new Map(
        columns.map(({ name, type, demanded, generated }) => [
          String(name),
          { type: String(type), isDemanded: Boolean(demanded), isGenerated: Boolean(generated) },
        ]),
      ),
    }
  },
}
