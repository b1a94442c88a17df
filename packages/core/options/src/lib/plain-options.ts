import { createOption, type Option, type OptionOf, type OptionTerms } from './option.js'
import { kindOf, wrongKind } from './wrong-value.js'

/** True or false. */
export function flag<const Terms extends OptionTerms<boolean>>(terms: Terms): OptionOf<boolean, Terms> {
  return createOption<boolean, Terms>(
    {
      check(name, value) {
        if (typeof value === 'boolean') return value
        throw wrongKind(name, 'true or false', value)
      },
      type: 'true or false',
      schema: { type: 'boolean', ...(terms.default !== undefined && { default: terms.default }) },
    },
    terms,
  )
}

export interface TextTerms extends OptionTerms<string> {
  /** What the text must look like, in full, and in words for whom it does not: `a name such as 'products'`. */
  readonly form?: { readonly pattern: RegExp; readonly words: string }
}

/** Text of at least one character, of a certain form where the declaration has one. */
export function text<const Terms extends TextTerms>(terms: Terms): OptionOf<string, Terms> {
  const { form } = terms
  return createOption<string, Terms>(
    {
      check(name, value) {
        const isText = typeof value === 'string' && value !== ''
        if (isText && (form === undefined || form.pattern.test(value))) return value
        throw wrongKind(name, form?.words ?? 'text', value)
      },
      type: form?.words ?? 'text',
      schema: {
        type: 'string',
        minLength: 1,
        ...(terms.default !== undefined && { default: terms.default }),
      },
      formatDefault: quote,
    },
    terms,
  )
}

/** One of a few words. */
export function oneOf<const Word extends string, const Terms extends OptionTerms<NoInfer<Word>>>(
  words: readonly Word[],
  terms: Terms,
): OptionOf<Word, Terms> {
  const expected = `one of ${words.map(quote).join(', ')}`
  return createOption<Word, Terms>(
    {
      check(name, value) {
        if (words.includes(value as Word)) return value as Word
        const received = typeof value === 'string' && value !== '' ? quote(value) : kindOf(value)
        throw new TypeError(`${name} must be ${expected}, received ${received}`)
      },
      type: words.map(quote).join(' or '),
      schema: { enum: words, ...(terms.default !== undefined && { default: terms.default }) },
      formatDefault: quote,
    },
    terms,
  )
}

export interface ListTerms<Item> extends OptionTerms<readonly Item[]> {
  /** The fewest that are taken. Default: 0. */
  readonly min?: number
}

/** A list whose members are checked one by one. */
export function listOf<Item, const Terms extends ListTerms<Exclude<Item, undefined>>>(
  item: Option<unknown, Item>,
  terms: Terms,
): OptionOf<readonly Exclude<Item, undefined>[], Terms> {
  const { min = 0 } = terms
  const expected = `a list of ${formatItems(item.type, min)}`
  return createOption<readonly Exclude<Item, undefined>[], Terms>(
    {
      check(name, value) {
        if (!Array.isArray(value) || value.length < min) throw wrongKind(name, expected, value)
        return value.map((one: unknown, index) => {
          if (one === undefined) throw wrongKind(`${name}[${index}]`, item.type, one)
          return item.parse(`${name}[${index}]`, one) as Exclude<Item, undefined>
        })
      },
      type: `list of ${formatItems(item.type, 0)}`,
      schema: item.schema && { type: 'array', items: item.schema },
      formatDefault: (list) => (list.length === 0 ? 'none' : list.map(String).join(', ')),
    },
    terms,
  )
}

/** `functions`, `at least one function`; words that begin with an article, and text, have no plural. */
function formatItems(type: string, min: number): string {
  const items = type === 'text' || /^(?:an?|one of|') ?/.test(type) ? type : `${type}s`
  if (min === 0) return items
  return min === 1 ? `at least one ${type}` : `at least ${min} ${items}`
}

function quote(word: string): string {
  return `'${word}'`
}
