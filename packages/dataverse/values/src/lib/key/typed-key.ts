import { DataverseError } from '@deltaverse/core'
import type { ColumnDetail, ColumnMetadata, TableMetadata } from '@deltaverse/metadata'
import { findUnaddressableCharacter, type KeyPart, type ODataLiteral } from '@deltaverse/protocol'
import { describeValue, type KeyValues } from '../reference/row-ref.js'
import type { TextComparison } from '../text/fold-text.js'
import { comparableOfLiteral, comparableOfValue, joinComparables } from './comparable.js'
import { toKeyLiteral } from './key-literal.js'
import { nearestNames } from './nearest-names.js'
import { wireName } from './wire-name.js'

/** A key whose values have the types of their columns. */
export interface TypedKey {
  readonly table: TableMetadata
  /** Logical names, sorted. */
  readonly columns: readonly string[]
  /** In the order of `columns`, under the names on the wire. */
  readonly parts: readonly [KeyPart, ...KeyPart[]]
  /** Equal for keys that name the same row in every environment: case does not count, accents do. */
  readonly identity: string
  /** Equal for keys that may name the same row, by the comparison that finding goes by. */
  readonly comparable: string
  /** First character, if any, that the service cannot take in an address. */
  readonly unaddressable: string | undefined
}

/** What typing a key needs besides the table: details of its date columns, by logical name. */
export interface KeyTyping {
  readonly details: ReadonlyMap<string, ColumnDetail>
  readonly textComparison: TextComparison
}

/**
 * Gives the values of a key the types of their columns.
 *
 * @throws DataverseError `bad-input` that names column and value, for a missing value or one of another type: such a key must never be
 *   sent, because it would name another row or none; `bad-request` for a column that is none
 */
export function typeKey(table: TableMetadata, values: KeyValues, typing: KeyTyping): TypedKey {
  const entries = Object.entries(values).map(([name, value]) => [keyColumn(table, name), value] as const)
  entries.sort(([a], [b]) => (a.logicalName < b.logicalName ? -1 : 1))
  const columns = entries.map(([column]) => column.logicalName)
  if (new Set(columns).size < columns.length) {
    throw badKey(`A key of table '${table.logicalName}' names a column twice: ${columns.join(', ')}.`)
  }
  const [first, ...others] = entries.map(([column, value]): KeyPart => {
    return { name: wireName(column), value: typeValue(table, column, value, typing) }
  })
  if (first === undefined) throw badKey(`A key of table '${table.logicalName}' names no column.`)
  const parts: TypedKey['parts'] = [first, ...others]
  return {
    table,
    columns,
    parts,
    identity: comparableOf(parts, typing.textComparison === 'exact' ? 'exact' : 'ignore-case'),
    comparable: comparableOf(parts, typing.textComparison),
    unaddressable: parts
      .map(({ value }) => findUnaddressableCharacter(value.text))
      .find((each) => each !== undefined),
  }
}

function comparableOf(parts: readonly KeyPart[], comparison: TextComparison): string {
  return joinComparables(parts.map(({ value }) => comparableOfLiteral(value, comparison)))
}

/** The comparable text of a row's values in the columns of a key, `undefined` when one is null. */
export function comparableOfRow(
  table: TableMetadata,
  columns: readonly string[],
  row: Readonly<Record<string, unknown>>,
  textComparison: TextComparison,
): string | undefined {
  const texts: string[] = []
  for (const name of columns) {
    const column = table.columns.get(name)
    const value = column && row[wireName(column)]
    if (value === null || value === undefined) return undefined
    texts.push(comparableOfValue(column?.kind, value, textComparison))
  }
  return joinComparables(texts)
}

function keyColumn(table: TableMetadata, name: string): ColumnMetadata {
  const lower = name.toLowerCase()
  const column = table.columns.get(lower) ?? table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? '')
  if (column !== undefined) return column
  throw badKey(
    `Table '${table.logicalName}' has no column '${name}' to be found by. ${nearestNames(lower, table.columns.keys())}`.trimEnd(),
  )
}

function typeValue(
  table: TableMetadata,
  column: ColumnMetadata,
  value: unknown,
  { details }: KeyTyping,
): ODataLiteral {
  const { logicalName, kind } = column
  const typed = toKeyLiteral(kind, value, details.get(logicalName)?.dateBehavior)
  if ('literal' in typed) return typed.literal
  const where = `of column '${logicalName}' of table '${table.logicalName}'`
  const empty = value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
  const message = empty
    ? `The key value ${where} is ${value === '' ? 'empty' : describeValue(value)}: ${typed.problem}.`
    : `The key value ${describeValue(value)} ${where} is wrong: ${typed.problem}.`
  throw new DataverseError(message, { code: 'bad-input' })
}

function badKey(message: string): DataverseError {
  return new DataverseError(message, { code: 'bad-request' })
}
