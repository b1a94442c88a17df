import { countIn, quoteName, type SqlCatalogue } from '@deltaverse/sql'
import type { PostgresConnection } from './connection.js'
import { lockKey } from './lock-key.js'
import { typeFromCatalogue } from './types.js'

/** Reads the catalogue of a database about one schema. */
export function createCatalogue(schema: string): SqlCatalogue<PostgresConnection> {
  return {
    async lock(connection, purpose, name) {
      await connection.query('SELECT pg_advisory_xact_lock($1, $2)', [...lockKey(purpose, schema, name)])
    },
    async countTables(connection, names) {
      const list = names.map((_, at) => `$${at + 2}`).join(', ')
      const { rows } = await connection.query(
        `SELECT count(*)::integer AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname IN (${list})`,
        [schema, ...names],
      )
      return countIn(rows, 'found')
    },
    async makePlace(connection) {
      const { rows } = await connection.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
      // Asked first, as CREATE … IF NOT EXISTS wants the permission even where there is nothing to do.
      if (rows.length === 0) await connection.query(`CREATE SCHEMA ${quoteName(schema)}`)
    },
    async uniqueColumns(connection, table) {
      const { rows } = await connection.query(
        `SELECT DISTINCT a.attname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique AND NOT i.indisprimary
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
         WHERE n.nspname = $1 AND c.relname = $2`,
        [schema, table],
      )
      return rows.map(({ name }) => String(name))
    },
    async readRelation(connection, table) {
      const { rows: relations } = await connection.query(
        `SELECT c.oid::text AS oid, c.relkind::text AS kind, EXISTS (
           SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1
             AND a.attname = 'id'
         ) AS keyed
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`,
        [schema, table],
      )
      const [relation] = relations
      if (relation === undefined) return undefined
      const { rows: attributes } = await connection.query(
        `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type, attgenerated <> '' AS generated,
           attnotnull AND NOT atthasdef AND attidentity = '' AS demanded
         FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        [String(relation.oid)],
      )
      return {
        isTable: relation.kind === 'r' || relation.kind === 'p',
        isKeyed: relation.keyed === true,
        columns: new Map(
          attributes.map(({ name, type, demanded, generated }) => [
            String(name),
            {
              type: typeFromCatalogue(String(type)),
              isDemanded: demanded === true,
              isGenerated: generated === true,
            },
          ]),
        ),
      }
    },
  }
}
