import { DataverseError } from '@deltaverse/core'
import { foldName } from './columns.js'
import type { ActualColumn, Relation, SqlDialect } from './dialect.js'
import { quoteName } from './names.js'
import type { SchemaChanges } from './sink-options.js'

/** A column that the table should have. */
export interface WantedColumn {
  readonly column: string
  /** As the dialect writes it. */
  readonly type: string
  /** Whether the sink keeps it for itself. */
  readonly own: boolean
}

interface ColumnDifference {
  readonly wanted: WantedColumn
  readonly actual: ActualColumn
}

/** How a table differs from what it should be. */
export interface Comparison {
  readonly missing: readonly WantedColumn[]
  /** Of another type, which could become the right one with every value kept. */
  readonly narrow: readonly ColumnDifference[]
  readonly wrong: readonly ColumnDifference[]
  /** Columns of others that every insert would have to fill. */
  readonly demanded: readonly string[]
}

type Comparing = Pick<SqlDialect, 'types' | 'capabilities'>

/** Compares what is there with what is wanted. */
export function compareColumns(
  { types, capabilities }: Comparing,
  relation: Relation,
  wanted: readonly WantedColumn[],
): Comparison {
  const missing: WantedColumn[] = []
  const narrow: ColumnDifference[] = []
  const wrong: ColumnDifference[] = []
  const fold = (name: string): string => foldName({ capabilities }, name)
  const found = new Map([...relation.columns].map(([name, column]) => [fold(name), column]))
  for (const each of wanted) {
    const actual = found.get(fold(each.column))
    if (actual === undefined) missing.push(each)
    else if (actual.isGenerated) wrong.push({ wanted: each, actual })
    else if (actual.type !== each.type) {
      const canWiden = capabilities.altersTypes && types.isWidening(actual.type, each.type)
      const differing = canWiden ? narrow : wrong
      differing.push({ wanted: each, actual })
    }
  }
  const names = new Set(wanted.map(({ column }) => fold(column)))
  const demanded = [...relation.columns].flatMap(([name, { isDemanded }]) =>
    isDemanded && !names.has(fold(name)) ? [name] : [],
  )
  return { missing, narrow, wrong, demanded }
}

/** @throws DataverseError `sink-mismatch` for a table that cannot take the rows; it says what to do */
export function refuseShape(
  { text }: Pick<SqlDialect, 'text'>,
  name: string,
  relation: Relation,
  { missing, narrow, wrong, demanded }: Comparison,
  schemaChanges: SchemaChanges,
): void {
  if (!relation.isTable) throw mismatch(`${name} is no table. Name another.`)
  const [first] = schemaChanges === 'widen' ? wrong : [...wrong, ...narrow]
  if (first !== undefined) throw mismatch(wrongType(text, name, first, wrong.includes(first)))
  const lacking = missing.filter(({ own }) => own || schemaChanges === 'refuse')
  if (lacking.length > 0 && (schemaChanges === 'refuse' || schemaChanges === 'ignore')) {
    const additions = lacking.map((column) => addColumn(name, column))
    throw mismatch(
      `The table ${name} lacks ${lacking.map(({ column }) => `'${column}'`).join(', ')}. Add them (${additions.join('; ')}), or set schemaChanges: 'add'.`,
    )
  }
  if (missing.some(({ column }) => column === 'id') || !relation.isKeyed) {
    throw mismatch(
      `The table ${name} has no primary key 'id', by which rows are found. Add it (${text.addPrimaryKey(name)}), or name another table.`,
    )
  }
  if (demanded.length > 0) {
    throw mismatch(
      `The table ${name} demands values for ${demanded.map((column) => `'${column}'`).join(', ')}, which no row brings. Let them be null or give them a default.`,
    )
  }
}

/** The statement that adds a column. */
export function addColumn(name: string, { column, type }: WantedColumn): string {
  return `ALTER TABLE ${name} ADD COLUMN ${quoteName(column)} ${type}`
}

function wrongType(
  text: SqlDialect['text'],
  name: string,
  { wanted: { column, type }, actual }: ColumnDifference,
  isWrong: boolean,
): string {
  if (actual.isGenerated) {
    return `The column '${column}' of ${name} is generated, so no values can be written to it. Drop it, or name another column.`
  }
  const found = `The column '${column}' of ${name} has the type ${actual.type}, and ${type} is needed.`
  const change = `Change it (${text.alterType(name, column, type)})`
  return isWrong
    ? `${found} ${change}, or name another column, and then read in full once.`
    : `${found} ${change}, or set schemaChanges: 'widen': every value stays what it is.`
}

function mismatch(message: string): DataverseError {
  return new DataverseError(message, { code: 'sink-mismatch' })
}
