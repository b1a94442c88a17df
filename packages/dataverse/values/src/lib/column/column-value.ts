import type { ColumnDetail } from '@deltaverse/metadata'
import { isGuidText } from '@deltaverse/protocol'
import type { ExactNumber } from '@deltaverse/schema'
import { type Translation, toBooleanValue, toChoicesValue, toChoiceValue } from '../choice/choice-value.js'
import { toWireDate } from '../date/wire-date.js'
import { normaliseBigInteger, normaliseDecimal, normaliseInteger } from '../number/decimal-text.js'
import { toWireNumber } from '../number/wire-number.js'
import { describeValue } from '../reference/row-ref.js'
import { toWireText } from '../text/wire-text.js'
import { defaultValueRules, isLeftToService, type ValueColumn, type ValueRules } from './value-rules.js'

/** What a row's JSON holds of a column; `undefined` is not sent. */
export type WireValue = string | number | boolean | ExactNumber | null | undefined

/**
 * Turns a value into what the Web API takes for a column that is no lookup. What comes back is stored as it is, or the problem
 * says what is wrong and what helps.
 *
 * @param detail what is known of the column; without options, choices are taken by value only
 */
export function toColumnValue(
  column: Pick<ValueColumn, 'logicalName' | 'kind' | 'autoNumberFormat'>,
  value: unknown,
  detail: ColumnDetail,
  rules: ValueRules = defaultValueRules,
): Translation<WireValue> {
  const translated = toSentValue(column, value, detail, rules)
  const isNothing = 'value' in translated && (translated.value === null || translated.value === '')
  return isNothing && isLeftToService(column, rules) ? { value: undefined } : translated
}

function toSentValue(
  column: Pick<ValueColumn, 'logicalName' | 'kind'>,
  value: unknown,
  detail: ColumnDetail,
  rules: ValueRules,
): Translation<WireValue> {
  if (value === null || value === undefined) return { value }
  if (value === '') {
    const way = rules.emptyText(column.logicalName)
    if (way === 'null') return { value: null }
    if (way === 'skip') return { value: undefined }
    if (way === 'refuse') return { problem: 'the text is empty' }
  }
  switch (column.kind) {
    case 'text':
      return toText(value, rules)
    case 'whole-number':
      return toNumber(normaliseInteger(value), value, 'a whole number of 32 bits')
    case 'big-integer':
      return toNumber(normaliseBigInteger(value), value, 'a whole number of 64 bits, unharmed')
    case 'decimal':
    case 'money':
      return toNumber(normaliseDecimal(value), value, 'a number')
    case 'double':
      return toDouble(value)
    case 'boolean':
      return toBooleanValue(detail.options, value)
    case 'choice':
    case 'state':
    case 'status':
      return toChoiceValue(detail.options, value)
    case 'choices':
      return toChoicesValue(detail.options, value)
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

function toText(value: unknown, { badCharacters }: ValueRules): Translation<string> {
  const wire = toWireText(value, badCharacters)
  if (wire === undefined) return { problem: `${describeValue(value)} is no text` }
  return 'text' in wire ? { value: wire.text } : wire
}

function toNumber(
  text: string | undefined,
  given: unknown,
  expected: string,
): Translation<number | ExactNumber> {
  return text === undefined
    ? { problem: `${describeValue(given)} is not ${expected}` }
    : { value: toWireNumber(text) }
}

// The service keeps a double as well, so digits that it would drop are not sent.
function toDouble(given: unknown): Translation<number> {
  const text = normaliseDecimal(given)
  if (text === undefined) return { problem: `${describeValue(given)} is not a number` }
  const number = Number(text)
  return normaliseDecimal(number) === text
    ? { value: number }
    : { problem: `${describeValue(given)} has more digits than a floating point column keeps` }
}

function toDate(value: unknown, { dateBehavior }: ColumnDetail): Translation<string> {
  if (typeof value !== 'string' && !(value instanceof Date))
    return { problem: `${describeValue(value)} is no date` }
  const date = toWireDate(value, dateBehavior ?? 'UserLocal')
  return 'text' in date
    ? { value: date.text }
    : { problem: `${describeValue(value)} is not valid: ${date.problem}` }
}
