import { DataverseError } from '@deltaverse/core'
import { findUnaddressableCharacter, type KeyPart, type ODataLiteral } from '@deltaverse/protocol'
import { foldText } from '../text/fold-text.js'
import { joinComparables } from './comparable.js'
import { toKeyLiteral } from './key-literal.js'
import type { KeyColumn, KeyPlan } from './key-plan.js'

/** The key of one row, whose values have the types of their columns. */
export interface RowKey {
  /** Absent for a single column of plain text, which is `identity`. */
  readonly parts: readonly [KeyPart, ...KeyPart[]] | undefined
  readonly identity: string
  /** Equal for keys that the database may take for one: such rows are not written at the same time. */
  readonly lane: string
  readonly unaddressable: boolean
}

/**
 * Gives the values of a row's key the types of their columns.
 *
 * @throws DataverseError `bad-input` for a value that is missing or of another type: such a key would name another row, or
 *   none
 */
export function typeRowKey({ columns }: KeyPlan, values: Readonly<Record<string, unknown>>): RowKey {
  const [first, ...others] = columns
  return others.length === 0 ? typeSingleKey(first, values) : typeCompositeKey(first, others, values)
}

function typeSingleKey(column: KeyColumn, values: Readonly<Record<string, unknown>>): RowKey {
  const given = keyValueOf(column, values)
  // Most keys by far are such a one, and it needs no more looking at.
  if (column.column.kind === 'text' && typeof given === 'string' && isPlainText(given)) {
    return { parts: undefined, identity: given, lane: given.toLowerCase(), unaddressable: false }
  }
  const part = partOf(column, given)
  const identity = identityOf(part)
  return { parts: [part], identity, lane: foldLane(identity), unaddressable: isUnaddressable(part) }
}

function typeCompositeKey(
  first: KeyColumn,
  others: readonly KeyColumn[],
  values: Readonly<Record<string, unknown>>,
): RowKey {
  const type = (column: KeyColumn): KeyPart => partOf(column, keyValueOf(column, values))
  const parts: [KeyPart, ...KeyPart[]] = [type(first), ...others.map(type)]
  const texts = parts.map(identityOf)
  return {
    parts,
    identity: JSON.stringify(texts),
    lane: laneOf(texts),
    unaddressable: parts.some(isUnaddressable),
  }
}

function partOf(column: KeyColumn, given: unknown): KeyPart {
  return { name: column.wireName, value: typeKeyValue(column, given) }
}

function identityOf({ value }: KeyPart): string {
  return value.kind === 'text' ? value.text : value.text.toLowerCase()
}

function isUnaddressable({ value }: KeyPart): boolean {
  return value.kind === 'text' && findUnaddressableCharacter(value.text) !== undefined
}

/** The parts of a key in any case. */
export function partsOfKey(
  { columns }: KeyPlan,
  { parts, identity }: Pick<RowKey, 'parts' | 'identity'>,
): readonly [KeyPart, ...KeyPart[]] {
  return parts ?? [{ name: columns[0].wireName, value: { kind: 'text', text: identity } }]
}

/** Equal for keys that the database may take for one. */
export function laneOf(texts: readonly string[]): string {
  return joinComparables(texts.map(foldLane))
}

/** Whether text is such as most keys are: letters, digits and what stands for itself everywhere. */
function isPlainText(text: string): boolean {
  return /^[\w.~-]+$/.test(text)
}

// What databases may take for one row must not be under way twice.
function foldLane(text: string): string {
  return foldText(text, 'ignore-case-and-accents')
}

function keyValueOf(column: KeyColumn, values: Readonly<Record<string, unknown>>): unknown {
  for (const name of column.names) {
    const value = values[name]
    if (value !== undefined) return value
  }
  return undefined
}

function typeKeyValue(column: KeyColumn, value: unknown): ODataLiteral {
  const typed = toKeyLiteral(column.column.kind, value, column.dateBehavior)
  if ('literal' in typed) return typed.literal
  throw new DataverseError(
    `The key column '${column.given}' is ${shown(value)} in this row: ${typed.problem}.`,
    { code: 'bad-input' },
  )
}

function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value === null || value === undefined) return String(value)
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date'
  return JSON.stringify(value)?.slice(0, 100) ?? typeof value
}
