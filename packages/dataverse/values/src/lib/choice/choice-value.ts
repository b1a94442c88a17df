import type { ChoiceOption } from '@deltaverse/metadata'
import { normaliseInteger } from '../number/decimal-text.js'
import { describeValue } from '../reference/row-ref.js'

/** A value for the wire, or what is wrong with the one given. */
export type Translation<Value> =
  | { readonly value: Value }
  | { readonly problem: string; readonly reason?: 'unknown-label' }

/** The options of a column; `undefined` where nobody has asked for them: values are taken then, and labels are not. */
export type KnownOptions = readonly ChoiceOption[] | undefined

/**
 * The option that a value or label names. Labels match in every language of the environment, without regard to case and
 * to spaces around them.
 */
export function findOptions(options: readonly ChoiceOption[], given: unknown): Translation<ChoiceOption[]> {
  const number = optionNumber(given)
  if (number !== undefined) {
    const found = options.filter(({ value }) => value === number)
    return found.length > 0 ? { value: found } : unknown(options, given)
  }
  if (typeof given !== 'string') return { problem: `${describeValue(given)} is neither a value nor a label` }
  const label = fold(given)
  const found = options.filter(({ labels }) => labels.some((each) => fold(each) === label))
  return found.length > 0 ? { value: found } : unknown(options, given)
}

/** The value of one option. */
export function toChoiceValue(options: KnownOptions, given: unknown): Translation<number> {
  if (options === undefined) return plainChoice(given)
  const found = findOptions(options, given)
  if ('problem' in found) return found
  const values = [...new Set(found.value.map(({ value }) => value))]
  const [value] = values
  if (value !== undefined && values.length === 1) return { value }
  return {
    problem: `the label ${describeValue(given)} belongs to several options (${values.join(', ')}): give the value`,
  }
}

function plainChoice(given: unknown): Translation<number> {
  const text = normaliseInteger(given)
  return text === undefined
    ? {
        problem: `${describeValue(given)} is no value of an option, a whole number of 32 bits; labels are translated by the row translator`,
      }
    : { value: Number(text) }
}

/**
 * The values of a multi-select column as one text, `1,9`: from a list of values or labels, one of them, or a text of
 * values with commas, as the service writes it.
 */
export function toChoicesValue(options: KnownOptions, given: unknown): Translation<string | null> {
  const list = choiceList(given)
  // An empty list means that nothing is chosen, which the service knows as null.
  if (list.length === 0) return { value: null }
  const values: number[] = []
  for (const each of list) {
    const value = toChoiceValue(options, each)
    if ('problem' in value) return value
    if (!values.includes(value.value)) values.push(value.value)
  }
  return { value: values.join(',') }
}

function choiceList(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  if (typeof given === 'string' && /^\s*-?\d+\s*(,\s*-?\d+\s*)*$/.test(given)) return given.split(',')
  return [given]
}

const yes = new Set<unknown>([true, 1, 'true', '1'])
const no = new Set<unknown>([false, 0, 'false', '0'])

/** Whether a value means yes or no without a look at labels. */
export function isPlainBoolean(given: unknown): boolean {
  const plain = typeof given === 'string' ? fold(given) : given
  return yes.has(plain) || no.has(plain)
}

/** A yes/no value from a boolean, 0 or 1, their texts, or a label of the column. */
export function toBooleanValue(options: KnownOptions, given: unknown): Translation<boolean> {
  const plain = typeof given === 'string' ? fold(given) : given
  if (yes.has(plain)) return { value: true }
  if (no.has(plain)) return { value: false }
  if (options === undefined) return { problem: `${describeValue(given)} is neither true nor false` }
  const found = toChoiceValue(options, given)
  return 'problem' in found ? found : { value: found.value === 1 }
}

/** A whole number, also as text; `undefined` for anything else, which then is a label. */
function optionNumber(given: unknown): number | undefined {
  if (typeof given === 'number') return given
  return typeof given === 'string' && /^\s*-?\d+\s*$/.test(given) ? Number(given) : undefined
}

function fold(text: string): string {
  return text.trim().toLowerCase()
}

const shownOptions = 50

function unknown(options: readonly ChoiceOption[], given: unknown): Translation<never> {
  const shown = options.slice(0, shownOptions).map(({ value, label }) => `'${label}' (${value})`)
  const more = options.length > shownOptions ? ` and ${options.length - shownOptions} more` : ''
  return {
    problem: `${describeValue(given)} is no option; there are ${shown.join(', ')}${more}`,
    reason: 'unknown-label',
  }
}
