import type { PostgresType } from './column.js'

/** What is wrong with a value, to be said behind the row's id and the column. */
type Fault = { readonly fault: string }

/** How text is dealt with that PostgreSQL cannot hold: NUL characters, and halves of surrogate pairs. */
export type InvalidText = 'refuse' | 'replace'

/**
 * The text form of a value in one type, as `COPY` reads it once its special characters are escaped, or what is wrong.
 * `null` and `undefined` never come here.
 */
export type ColumnText = (value: unknown, invalidText: InvalidText) => string | Fault

/** Writers by type. `numeric` and `bigint` are given digits, not doubles, where a double would lose some. */
export const columnTexts: Readonly<Record<PostgresType, ColumnText>> = {
  text: (value, invalidText) => {
    if (typeof value === 'string') return storableText(value, invalidText)
    return expected('text', value)
  },
  integer: (value) => {
    if (typeof value === 'number' && (value | 0) === value) return String(value | 0)
    return integerText(value, -2_147_483_648n, 2_147_483_647n, 'integer')
  },
  bigint: (value) => integerText(value, -(2n ** 63n), 2n ** 63n - 1n, 'bigint'),
  numeric: (value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'string' && decimalShape.test(value)) return value
    return expected('a number', value)
  },
  'double precision': (value) => {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value === 'string' && decimalShape.test(value) && Number.isFinite(Number(value))) return value
    return expected('a number that a double holds', value)
  },
  boolean: (value) => (typeof value === 'boolean' ? (value ? 't' : 'f') : expected('true or false', value)),
  date: (value) => {
    if (typeof value === 'string' && dateShape.test(value) && isCalendarDay(value)) return value
    return expected('a date such as 2026-03-25', value)
  },
  timestamptz: (value) => {
    if (typeof value === 'string' && isInstant(value)) return value
    return expected('a date and time with its zone, such as 2026-03-25T17:42:47Z', value)
  },
  timestamp: (value) => {
    if (typeof value === 'string' && isInstant(value) && value.endsWith('Z')) return value.slice(0, -1)
    return expected('a date and time such as 2026-03-25T17:42:47Z', value)
  },
  uuid: (value) => (typeof value === 'string' && guidShape.test(value) ? value : expected('a GUID', value)),
  'integer[]': (value) => {
    if (typeof value !== 'string') return expected('numbers with commas between them, such as 1,9', value)
    if (value === '') return '{}'
    for (const number of value.split(',')) {
      const text = integerText(number, -2_147_483_648n, 2_147_483_647n, 'integer')
      if (typeof text !== 'string') return expected('numbers with commas between them, such as 1,9', value)
    }
    return `{${value}}`
  },
  jsonb: (value, invalidText) => jsonText(value, invalidText),
}

const integerShape = /^-?\d{1,20}$/
const decimalShape = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/
const dateShape = /^\d{4}-\d{2}-\d{2}$/
const instantShape =
  /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/
const guidShape = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/

function integerText(value: unknown, least: bigint, most: bigint, type: string): string | Fault {
  const isDigits =
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    typeof value === 'bigint' ||
    (typeof value === 'string' && integerShape.test(value))
  if (!isDigits) return expected('a whole number', value)
  const integer = BigInt(value as number | bigint | string)
  if (integer >= least && integer <= most) return String(integer)
  return { fault: `is ${integer}, and the type ${type} ends at ${integer < least ? least : most}` }
}

function isInstant(value: string): boolean {
  return instantShape.test(value) && isCalendarDay(value.slice(0, 10))
}

/** PostgreSQL has neither 30 February nor a year 0. */
function isCalendarDay(text: string): boolean {
  const year = Number(text.slice(0, 4))
  const month = Number(text.slice(5, 7))
  const day = Number(text.slice(8))
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

const mayBeUnstorable = /[\0\ud800-\udfff]/
const unstorable = /\0|\p{Surrogate}/gu

function storableText(text: string, invalidText: InvalidText): string | Fault {
  if (!mayBeUnstorable.test(text)) return text
  const at = text.search(unstorable)
  if (at === -1) return text
  if (invalidText === 'replace') return text.replace(unstorable, '\ufffd')
  const what = text[at] === '\0' ? 'a NUL character (U+0000)' : 'half of a surrogate pair'
  return {
    fault: `holds ${what} at position ${at}, which PostgreSQL cannot store. Mend the row in Dataverse, or set invalidText: 'replace' to keep U+FFFD in its place`,
  }
}

function jsonText(value: unknown, invalidText: InvalidText): string | Fault {
  let fault: Fault | undefined
  const storable = (part: unknown): unknown => {
    if (typeof part !== 'string') return part
    const text = storableText(part, invalidText)
    if (typeof text === 'string') return text
    fault ??= text
    return part
  }
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return storable(part)
    if (!Object.keys(part).some((name) => mayBeUnstorable.test(name))) return part
    return Object.fromEntries(Object.entries(part).map(([name, each]) => [storable(name), each]))
  })
  if (fault !== undefined) return fault
  return text ?? expected('a value of JSON', value)
}

function expected(what: string, value: unknown): Fault {
  return { fault: `is ${shown(value)}, where ${what} is expected` }
}

/** A value in a message: short, and of one line. */
function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`
}
