import { DataverseError } from '@deltaverse/core'
import type { ColumnDetail, ColumnMetadata, TableMetadata } from '@deltaverse/metadata'
import {
  findUnaddressableCharacter,
  isGuidText,
  isSendableText,
  type KeyPart,
  type ODataLiteral,
} from '@deltaverse/protocol'
import { nearestNames } from './nearest-names.js'
import { describeValue, isRef, type KeyValues } from './row-ref.js'
import { toWireDate } from './wire-date.js'
import { normaliseDecimal, normaliseInteger } from './wire-number.js'

/** How text compares. The databases of Dataverse ignore case; whether they ignore accents depends on the environment. */
export type TextComparison = 'ignore-case' | 'ignore-case-and-accents' | 'exact'

/** A key whose values have the types of their columns. */
export interface TypedKey {
  readonly table: TableMetadata
  /** Logical names, sorted. */
  readonly columns: readonly string[]
  /** In the order of `columns`, under the names on the wire. */
  readonly parts: readonly KeyPart[]
  /** Equal for keys that name the same row. */
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
 * @throws DataverseError `bad-request` that names column and value, for a column that is none, a missing value or one of
 *   another type: such a key must never be sent, because it would name another row or none
 */
export function typeKey(table: TableMetadata, values: KeyValues, typing: KeyTyping): TypedKey {
  const entries = Object.entries(values).map(([name, value]) => [keyColumn(table, name), value] as const)
  if (entries.length === 0) throw badKey(`A key of table '${table.logicalName}' names no column.`)
  entries.sort(([a], [b]) => (a.logicalName < b.logicalName ? -1 : 1))
  const columns = entries.map(([column]) => column.logicalName)
  if (new Set(columns).size < columns.length) {
    throw badKey(`A key of table '${table.logicalName}' names a column twice: ${columns.join(', ')}.`)
  }
  const parts = entries.map(([column, value]): KeyPart => {
    return { name: wireName(column), value: typeValue(table, column, value, typing) }
  })
  const texts = parts.map(({ value }) =>
    value.kind === 'text' ? foldText(value.text, typing.textComparison) : value.text,
  )
  return {
    table,
    columns,
    parts,
    comparable: texts.length === 1 ? texts[0]! : JSON.stringify(texts),
    unaddressable: parts
      .map(({ value }) => findUnaddressableCharacter(value.text))
      .find((each) => each !== undefined),
  }
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
    const column = table.columns.get(name)!
    const value = row[wireName(column)]
    if (value === null || value === undefined) return undefined
    texts.push(comparableValue(column, value, textComparison))
  }
  return texts.length === 1 ? texts[0] : JSON.stringify(texts)
}

function comparableValue(column: ColumnMetadata, value: unknown, comparison: TextComparison): string {
  switch (column.kind) {
    case 'decimal':
    case 'whole-number':
    case 'choice':
      return normaliseDecimal(value) ?? String(value)
    case 'date':
      return String(value).replace(/\.\d+(?=Z$)/i, '')
    case 'lookup':
    case 'owner':
    case 'guid':
      return String(value).toLowerCase()
    default:
      return foldText(String(value), comparison)
  }
}

/** Text in the form in which equal texts are equal. Spaces at the end do not count in the comparisons of SQL. */
function foldText(text: string, comparison: TextComparison): string {
  if (comparison === 'exact') return text
  const folded = text.toLowerCase().replace(/ +$/, '')
  return comparison === 'ignore-case' ? folded : folded.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
}

/** The name under which a column is read, filtered and addressed. */
function wireName(column: ColumnMetadata): string {
  return column.kind === 'lookup' || column.kind === 'owner'
    ? `_${column.logicalName}_value`
    : column.logicalName
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
  typing: KeyTyping,
): ODataLiteral {
  const where = `column '${column.logicalName}' of table '${table.logicalName}'`
  if (value === null || value === undefined || value === '') {
    throw badKey(
      `The key value of ${where} is ${value === '' ? 'empty' : String(value)}: such a key names no row. Leave rows without a key out, or give them a value.`,
    )
  }
  const wrong = (expected: string): DataverseError =>
    badKey(`The key value ${describeValue(value)} of ${where} is wrong: ${expected}.`)
  const bare = (text: string | undefined, expected: string): ODataLiteral => {
    if (text === undefined) throw wrong(expected)
    return { kind: 'bare', text }
  }
  switch (column.kind) {
    case 'text':
      return textLiteral(value, wrong)
    case 'whole-number':
    case 'choice':
      return bare(normaliseInteger(value), 'the column holds whole numbers')
    case 'decimal':
      return bare(normaliseDecimal(value), 'the column holds decimal numbers')
    case 'date':
      return dateLiteral(value, column, typing, wrong)
    case 'lookup':
    case 'owner':
    case 'guid':
      return bare(guidOf(value), 'the column holds a GUID or a reference')
    default:
      throw wrong(`a column of kind '${column.kind}' cannot be part of a key`)
  }
}

function textLiteral(value: unknown, wrong: (expected: string) => DataverseError): ODataLiteral {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string') throw wrong('the column holds text')
  if (!isSendableText(text)) throw wrong('it holds half a surrogate pair')
  return { kind: 'text', text }
}

function dateLiteral(
  value: unknown,
  column: ColumnMetadata,
  { details }: KeyTyping,
  wrong: (expected: string) => DataverseError,
): ODataLiteral {
  if (typeof value !== 'string' && !(value instanceof Date)) throw wrong('the column holds dates')
  const date = toWireDate(value, details.get(column.logicalName)?.dateBehavior ?? 'UserLocal')
  if ('problem' in date) throw wrong(date.problem)
  return { kind: 'bare', text: date.text }
}

function guidOf(value: unknown): string | undefined {
  const text = isRef(value) ? value.key : value
  return isGuidText(text) ? text.toLowerCase() : undefined
}

function badKey(message: string): DataverseError {
  return new DataverseError(message, { code: 'bad-request' })
}
