import type { ColumnDetail, ColumnMetadata } from '@deltaverse/metadata'
import { isGuidText, isSendableText } from '@deltaverse/protocol'
import { type Translation, toBooleanValue, toChoicesValue, toChoiceValue } from './choice-value.js'
import { describeValue } from './row-ref.js'
import { toWireDate } from './wire-date.js'
import { normaliseDecimal, normaliseInteger } from './wire-number.js'

/** What JSON of a row holds. */
export type WireValue = string | number | boolean | null

/** Turns a value into what the Web API takes for a column that is no lookup. */
export function toColumnValue(
  column: ColumnMetadata,
  value: unknown,
  detail: ColumnDetail,
): Translation<WireValue> {
  if (value === null) return { value: null }
  switch (column.kind) {
    case 'text':
      return toText(value)
    case 'whole-number':
      return toNumber(normaliseInteger(value), value, 'a whole number of 32 bits')
    case 'big-integer':
    case 'decimal':
    case 'money':
    case 'double':
      return toNumber(normaliseDecimal(value), value, 'a number')
    case 'boolean':
      return toBooleanValue(detail.options ?? [], value)
    case 'choice':
      return toChoiceValue(detail.options ?? [], value)
    case 'choices':
      return toChoicesValue(detail.options ?? [], value)
    case 'date':
      return toDate(value, detail)
    case 'guid':
      return isGuidText(value)
        ? { value: value.toLowerCase() }
        : { problem: `${describeValue(value)} is no GUID` }
    case 'image':
      return typeof value === 'string' ? { value } : { problem: 'an image must be text in base64' }
    case 'file':
      return {
        problem: 'a file cannot be written with a row: upload it to the column by a request of its own',
      }
    default:
      return { problem: `a column of kind '${column.kind}' cannot be written with a row` }
  }
}

function toText(value: unknown): Translation<string> {
  if (typeof value === 'number' || typeof value === 'bigint') return { value: String(value) }
  if (typeof value !== 'string') return { problem: `${describeValue(value)} is no text` }
  return isSendableText(value) ? { value } : { problem: 'the text holds half a surrogate pair' }
}

// JSON is written from JavaScript numbers, so a number must come through one unharmed.
function toNumber(text: string | undefined, given: unknown, expected: string): Translation<number> {
  if (text === undefined) return { problem: `${describeValue(given)} is not ${expected}` }
  const number = Number(text)
  if (normaliseDecimal(number) !== text) {
    return { problem: `${describeValue(given)} has more digits than a number of JavaScript keeps` }
  }
  return { value: number }
}

function toDate(value: unknown, { dateBehavior }: ColumnDetail): Translation<string> {
  if (typeof value !== 'string' && !(value instanceof Date))
    return { problem: `${describeValue(value)} is no date` }
  const date = toWireDate(value, dateBehavior ?? 'UserLocal')
  return 'text' in date
    ? { value: date.text }
    : { problem: `${describeValue(value)} is not valid: ${date.problem}` }
}
