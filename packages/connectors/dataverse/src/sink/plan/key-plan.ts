import { DataverseError } from '@deltaverse/core'
import type { DateBehavior } from '@deltaverse/metadata'
import {
  findUnaddressableCharacter,
  formatRowPath,
  isGuidText,
  isSendableText,
  type KeyPart,
  type ODataLiteral,
  parseRowReference,
} from '@deltaverse/protocol'
import type { Columns } from './columns.js'
import type { WriterColumn, WriterTable } from './table-port.js'

/** One column of the key, and every name under which a row may hold it. */
interface KeyColumn {
  /** As the caller wrote it. */
  readonly given: string
  readonly column: WriterColumn
  /** Name in addresses: lookups as `_primarycontactid_value`. */
  readonly wireName: string
  /** Names in rows and bodies. */
  readonly names: readonly string[]
  readonly dateBehavior: DateBehavior
}

/** The key of a run: its columns, sorted, or the primary key. */
export interface KeyPlan {
  readonly columns: readonly [KeyColumn, ...KeyColumn[]]
  readonly byPrimaryKey: boolean
  /** What stands before plain text in the address of a row: `products(productnumber='`. */
  readonly addressStart: string
}

/**
 * Finds the key in the table's definition.
 *
 * @throws DataverseError `bad-request` when the table has no such key, or its index is not `Active`: such a key finds and
 *   enforces nothing (Microsoft Learn: Define alternate keys for a table)
 */
export function planKey(
  table: WriterTable,
  names: readonly string[],
  dateBehaviors: ReadonlyMap<string, { readonly dateBehavior?: DateBehavior | undefined }>,
): KeyPlan {
  const [first, ...others] = names.map((name) => findKeyColumn(table, name, dateBehaviors))
  if (first === undefined) throw badRequest(`A key of ${table.logicalName} has at least one column.`)
  const columns = [first, ...others] as const
  const logical = columns.map(({ column }) => column.logicalName).sort()
  const byPrimaryKey = logical.length === 1 && logical[0] === table.primaryIdColumn
  if (!byPrimaryKey) checkKey(table, logical)
  const sample = formatRowPath(table.entitySetName, [
    { name: first.wireName, value: { kind: 'text', text: '' } },
  ])
  return { columns, byPrimaryKey, addressStart: sample.slice(0, -2) }
}

function checkKey(table: WriterTable, logical: readonly string[]): void {
  const key = table.keys.find(
    ({ columns }) => columns.length === logical.length && [...columns].sort().join() === logical.join(),
  )
  if (key === undefined) {
    const known = table.keys.map(({ columns }) => `[${columns.join(', ')}]`).join(', ')
    throw badRequest(
      `Table '${table.logicalName}' has no alternate key of the columns [${logical.join(', ')}]. ` +
        (known === '' ? 'It has none: define one first.' : `It has ${known}.`),
    )
  }
  if (key.indexStatus === 'Active') return
  throw badRequest(
    `The index of the alternate key '${key.logicalName}' of table '${table.logicalName}' is ${key.indexStatus}, not Active: ` +
      (key.indexStatus === 'Failed'
        ? 'remove rows that have the same key values, then reactivate the key.'
        : 'wait until it is built.'),
  )
}

function findKeyColumn(
  table: WriterTable,
  given: string,
  dates: ReadonlyMap<string, { readonly dateBehavior?: DateBehavior | undefined }>,
): KeyColumn {
  const lower = given.toLowerCase()
  const column = table.columns.get(lower) ?? table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? '')
  if (column === undefined) {
    throw badRequest(`Table '${table.logicalName}' has no column '${given}', which the key names.`)
  }
  const { logicalName } = column
  const isLookup = column.kind === 'lookup' || column.kind === 'owner'
  const wireName = isLookup ? `_${logicalName}_value` : logicalName
  const binds = column.targets.map(({ navigationProperty }) => `${navigationProperty}@odata.bind`)
  return {
    given,
    column,
    wireName,
    names: [...new Set([given, wireName, logicalName, ...(isLookup ? binds : [])])],
    dateBehavior: dates.get(logicalName)?.dateBehavior ?? 'UserLocal',
  }
}

/** A key whose values have the types of their columns. */
export interface RowKey {
  /** Absent for a single column of plain text, which is `identity`. */
  readonly parts: readonly KeyPart[] | undefined
  readonly identity: string
  readonly lane: string
  readonly unaddressable: boolean
}

/**
 * Gives the values of a row's key the types of their columns.
 *
 * @throws DataverseError `bad-input` for a value that is missing or of another type: such a key would name another row, or
 *   none
 */
export function typeRowKey(plan: KeyPlan, values: Columns): RowKey {
  return plan.columns.length === 1 ? typeSingleKey(plan.columns[0], values) : typeCompositeKey(plan, values)
}

function typeSingleKey(column: KeyColumn, values: Columns): RowKey {
  const given = keyValueOf(column, values)
  // Most keys by far are such a one, and it needs no more looking at.
  if (column.column.kind === 'text' && typeof given === 'string' && isPlainText(given)) {
    return { parts: undefined, identity: given, lane: given.toLowerCase(), unaddressable: false }
  }
  const value = typeKeyValue(column, given)
  const identity = value.kind === 'text' ? value.text : value.text.toLowerCase()
  return {
    parts: [{ name: column.wireName, value }],
    identity,
    lane: fold(identity),
    unaddressable: isUnaddressable(value),
  }
}

function typeCompositeKey(plan: KeyPlan, values: Columns): RowKey {
  const parts = plan.columns.map((column): KeyPart => {
    return { name: column.wireName, value: typeKeyValue(column, keyValueOf(column, values)) }
  })
  const texts = parts.map(({ value }) => (value.kind === 'text' ? value.text : value.text.toLowerCase()))
  return {
    parts,
    identity: JSON.stringify(texts),
    lane: laneOf(texts),
    unaddressable: parts.some(({ value }) => isUnaddressable(value)),
  }
}

function isUnaddressable(value: ODataLiteral): boolean {
  return value.kind === 'text' && findUnaddressableCharacter(value.text) !== undefined
}

/** The parts of a key in any case. */
export function partsOfKey(
  { columns }: KeyPlan,
  { parts, identity }: Pick<RowKey, 'parts' | 'identity'>,
): readonly KeyPart[] {
  return parts ?? [{ name: columns[0].wireName, value: { kind: 'text', text: identity } }]
}

/** Equal for keys that the database may take for one. */
export function laneOf(texts: readonly string[]): string {
  const [text] = texts
  return texts.length === 1 && text !== undefined ? fold(text) : JSON.stringify(texts.map(fold))
}

/** Whether text is such as most keys are: letters, digits and what stands for itself everywhere. */
function isPlainText(text: string): boolean {
  return /^[\w.~-]+$/.test(text)
}

// Databases of Dataverse ignore case and spaces at the end, some accents as well: what they may take for one row must not be
// under way twice.
function fold(text: string): string {
  const lower = text.toLowerCase()
  const trimmed = lower.endsWith(' ') ? lower.replace(/ +$/, '') : lower
  return /^[\x20-\x7e]*$/.test(trimmed) ? trimmed : trimmed.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
}

function keyValueOf(column: KeyColumn, values: Columns): unknown {
  for (const name of column.names) {
    const value = values[name]
    if (value !== undefined) return value
  }
  return undefined
}

function typeKeyValue(column: KeyColumn, value: unknown): ODataLiteral {
  const { kind } = column.column
  if (value === null || value === undefined || value === '') {
    throw badKey(column, value, 'such a key names no row')
  }
  switch (kind) {
    case 'text':
      if (typeof value === 'string') {
        if (!isSendableText(value)) throw badKey(column, value, 'it holds half a surrogate pair')
        return { kind: 'text', text: value }
      }
      if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'text', text: String(value) }
      throw badKey(column, value, 'the column holds text')
    case 'whole-number':
    case 'big-integer':
    case 'choice':
    case 'state':
    case 'status':
      return bare(
        column,
        /^-?\d+$/.test(String(value)) ? BigInt(String(value)).toString() : undefined,
        value,
        'whole numbers',
      )
    case 'decimal':
    case 'money':
    case 'double':
      return bare(column, plainDecimal(value), value, 'decimal numbers')
    case 'date':
      return bare(
        column,
        wireDate(value, column.dateBehavior),
        value,
        'dates such as 2026-03-25T17:42:47Z or, without a time, 2026-03-25',
      )
    case 'lookup':
    case 'owner':
    case 'guid':
      return bare(column, guidOf(value), value, 'GUIDs')
    default:
      throw badKey(column, value, `a column of kind '${kind}' cannot be part of a key`)
  }
}

function bare(column: KeyColumn, text: string | undefined, value: unknown, holds: string): ODataLiteral {
  if (text === undefined) throw badKey(column, value, `the column holds ${holds}`)
  return { kind: 'bare', text }
}

function plainDecimal(value: unknown): string | undefined {
  const match = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(String(value))
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  const text = fraction === '' ? whole : `${whole}.${fraction}`
  return text === '0' ? text : `${sign}${text}`
}

/** A date as the service takes it in addresses and filters; `undefined` for what is none. */
export function wireDate(value: unknown, behavior: DateBehavior): string | undefined {
  const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value
  if (typeof text !== 'string') return undefined
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i.exec(text)
  if (match === null) return undefined
  const [, day = '', time, second = '00', zone] = match
  if (behavior === 'DateOnly') return day
  if (time === undefined) return undefined
  if (behavior === 'TimeZoneIndependent') return `${day}T${time}:${second}Z`
  const at = new Date(`${day}T${time}:${second}${zone ?? 'Z'}`)
  return Number.isNaN(at.getTime()) ? undefined : `${at.toISOString().slice(0, 19)}Z`
}

function guidOf(value: unknown): string | undefined {
  if (isGuidText(value)) return value.toLowerCase()
  const reference = typeof value === 'string' ? parseRowReference(value) : undefined
  return typeof reference?.key === 'string' && isGuidText(reference.key)
    ? reference.key.toLowerCase()
    : undefined
}

function badKey(column: KeyColumn, value: unknown, reason: string): DataverseError {
  const shown = value === null || value === undefined ? String(value) : JSON.stringify(value)?.slice(0, 100)
  return new DataverseError(`The key column '${column.given}' is ${shown} in this row: ${reason}.`, {
    code: 'bad-input',
  })
}

function badRequest(message: string): DataverseError {
  return new DataverseError(message, { code: 'bad-request' })
}
