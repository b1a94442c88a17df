import { isClockTime, isDate, isInstant } from './calendar.js'
import type { ColumnKind } from './column-type.js'

/** What is wrong with a value, to be said behind the row's id and the column: `is 12, where text is expected`. */
export interface ValueFault {
  readonly fault: string
}

/** The text of a value of one kind, or what is wrong with it. `null` and `undefined` never come here. */
export type ValueText = (value: unknown) => string | ValueFault

/**
 * Writers of text by kind: one text for one value, which a target can write as it is or turn into its own form. Numbers keep
 * their digits, `timestamp` loses a `Z`, `json` becomes compact.
 */
export const valueTexts: Readonly<Record<ColumnKind, ValueText>> = {
  text: (value) => (typeof value === 'string' ? value : expected('text', value)),
  int32: (value) => int32Text(value, 'int32'),
  int64: (value) => integerText(value, -(2n ** 63n), 2n ** 63n - 1n, 'int64'),
  decimal: (value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'string' && decimalShape.test(value)) return value
    return expected('a number', value)
  },
  double: (value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'string' && decimalShape.test(value) && Number.isFinite(Number(value))) return value
    return expected('a number that a double holds', value)
  },
  boolean: (value) => (typeof value === 'boolean' ? String(value) : expected('true or false', value)),
  date: (value) => {
    if (typeof value === 'string' && isDate(value)) return value
    return expected('a date such as 2026-03-25', value)
  },
  timestamp: (value) => {
    const clock = typeof value === 'string' && value.endsWith('Z') ? value.slice(0, -1) : value
    if (typeof clock === 'string' && isClockTime(clock)) return clock
    return expected('a date and time such as 2026-03-25T17:42:47Z', value)
  },
  timestamptz: (value) => {
    if (typeof value === 'string' && isInstant(value)) return value
    return expected('a date and time with its zone, such as 2026-03-25T17:42:47Z', value)
  },
  uuid: (value) => (typeof value === 'string' && uuidShape.test(value) ? value : expected('a GUID', value)),
  enum: (value) => int32Text(value, 'enum'),
  'enum-set': (value) => {
    const isList = value === '' || (typeof value === 'string' && value.split(',').every(isInt32))
    return isList ? (value as string) : expected('numbers with commas between them, such as 1,9', value)
  },
  json: (value) => {
    const text = JSON.stringify(value) as string | undefined
    return text ?? expected('a value of JSON', value)
  },
  binary: (value) =>
    typeof value === 'string' && base64Shape.test(value) ? value : expected('base64', value),
}

const integerShape = /^-?\d{1,20}$/
const decimalShape = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/
const uuidShape = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/
const base64Shape = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function int32Text(value: unknown, type: string): string | ValueFault {
  if (typeof value === 'number' && (value | 0) === value) return String(value | 0)
  return integerText(value, -2_147_483_648n, 2_147_483_647n, type)
}

function isInt32(text: string): boolean {
  return typeof int32Text(text, '') === 'string'
}

function integerText(value: unknown, least: bigint, most: bigint, type: string): string | ValueFault {
  const isDigits =
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    typeof value === 'bigint' ||
    (typeof value === 'string' && integerShape.test(value))
  if (!isDigits) return expected('a whole number', value)
  const integer = BigInt(value as number | bigint | string)
  if (integer >= least && integer <= most) return String(integer)
  return { fault: `is ${integer}, and the type ${type} ends at ${integer < least ? least : most}` }
}

function expected(what: string, value: unknown): ValueFault {
  return { fault: `is ${shown(value)}, where ${what} is expected` }
}

/** A value in a message: short, and of one line. */
function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
