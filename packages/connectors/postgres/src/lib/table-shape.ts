import { DataverseError } from '@deltaverse/core'
import type { PostgresType } from './column.js'
import type { Connection } from './connection.js'
import { quoteName } from './identifiers.js'

/** A column that the table should have. */
export interface WantedColumn {
  readonly column: string
  readonly type: PostgresType
  /** Whether the sink keeps it for itself. */
  readonly own: boolean
}

/** A table as the catalogue of the database describes it. */
export interface Relation {
  /** Whether rows can be written to it: a table, not a view. */
  readonly isTable: boolean
  /** Whether `id` alone is unique, so that a row can be found by it. */
  readonly isKeyed: boolean
  readonly columns: ReadonlyMap<string, ActualColumn>
}

interface ActualColumn {
  /** As `format_type()` writes it: `timestamp with time zone`. */
  readonly type: string
  /** Whether an insert that does not mention the column is refused. */
  readonly isDemanded: boolean
  readonly isGenerated: boolean
}

interface Comparison {
  readonly missing: readonly WantedColumn[]
  readonly changed: readonly { readonly wanted: WantedColumn; readonly actual: ActualColumn }[]
  /** Columns of others that every insert would have to fill. */
  readonly demanded: readonly string[]
}

/** Reads what a table is; `undefined` when there is none of that name. */
export async function readRelation(
  connection: Connection,
  schema: string,
  table: string,
): Promise<Relation | undefined> {
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
    [relation.oid],
  )
  return {
    isTable: relation.kind === 'r' || relation.kind === 'p',
    isKeyed: relation.keyed === true,
    columns: new Map(
      attributes.map(({ name, type, demanded, generated }) => [
        String(name),
        { type: String(type), isDemanded: demanded === true, isGenerated: generated === true },
      ]),
    ),
  }
}

/** Compares what is there with what is wanted. */
export function compareColumns(relation: Relation, wanted: readonly WantedColumn[]): Comparison {
  const missing: WantedColumn[] = []
  const changed: { wanted: WantedColumn; actual: ActualColumn }[] = []
  for (const each of wanted) {
    const actual = relation.columns.get(each.column)
    if (actual === undefined) missing.push(each)
    else if (actual.isGenerated || actual.type !== (fullNames[each.type] ?? each.type)) {
      changed.push({ wanted: each, actual })
    }
  }
  const names = new Set(wanted.map(({ column }) => column))
  const demanded = [...relation.columns].flatMap(([name, { isDemanded }]) =>
    isDemanded && !names.has(name) ? [name] : [],
  )
  return { missing, changed, demanded }
}

const fullNames: Partial<Record<PostgresType, string>> = {
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
}

/** @throws DataverseError `sink-mismatch` for a table that cannot take the rows; it says what to do */
export function refuseShape(
  name: string,
  relation: Relation,
  { missing, changed, demanded }: Comparison,
  schemaChanges: 'add-columns' | 'refuse' | 'ignore',
): void {
  if (!relation.isTable) throw mismatch(`${name} is no table. Name another.`)
  const [first] = changed
  if (first !== undefined) {
    const { column, type } = first.wanted
    const sql = `ALTER TABLE ${name} ALTER COLUMN ${quoteName(column)} TYPE ${type} USING ${quoteName(column)}::${type}`
    throw mismatch(
      first.actual.isGenerated
        ? `The column '${column}' of ${name} is generated, so no values can be written to it. Drop it, or name another column.`
        : `The column '${column}' of ${name} has the type ${first.actual.type}, and ${type} is needed. Change it (${sql}), or name another column, and then read in full once.`,
    )
  }
  const lacking = missing.filter(({ own }) => own || schemaChanges === 'refuse')
  if (lacking.length > 0 && schemaChanges !== 'add-columns') {
    const additions = lacking.map(({ column, type }) => `ADD COLUMN ${quoteName(column)} ${type}`)
    throw mismatch(
      `The table ${name} lacks ${lacking.map(({ column }) => `'${column}'`).join(', ')}. Add them (ALTER TABLE ${name} ${additions.join(', ')}), or set schemaChanges: 'add-columns'.`,
    )
  }
  if (missing.some(({ column }) => column === 'id') || !relation.isKeyed) {
    throw mismatch(
      `The table ${name} has no primary key 'id', by which rows are found. Add it (ALTER TABLE ${name} ADD PRIMARY KEY (id)), or name another table.`,
    )
  }
  if (demanded.length > 0) {
    throw mismatch(
      `The table ${name} demands values for ${demanded.map((column) => `'${column}'`).join(', ')}, which no row brings. Let them be null or give them a default.`,
    )
  }
}

function mismatch(message: string): DataverseError {
  return new DataverseError(message, { code: 'sink-mismatch' })
}
