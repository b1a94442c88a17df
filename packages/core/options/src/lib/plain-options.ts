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

/** Text of at least one character. */
export function text<const Terms extends OptionTerms<string>>(terms: Terms): OptionOf<string, Terms> {
  return createOption<string, Terms>(
    {
      check(name, value) {
        if (typeof value === 'string' && value !== '') return value
        throw wrongKind(name, 'text', value)
      },
      type: 'text',
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

/** A list whose members are checked one by one. */
export function listOf<Item, const Terms extends OptionTerms<readonly Item[]>>(
  item: Option<unknown, Item>,
  terms: Terms,
): OptionOf<readonly Item[], Terms> {
  return createOption<readonly Item[], Terms>(
    {
      check(name, value) {
        if (!Array.isArray(value)) throw wrongKind(name, `a list of ${item.type}`, value)
        return value.map((one: unknown, index) => {
          if (one === undefined) throw wrongKind(`${name}[${index}]`, item.type, one)
          return item.parse(`${name}[${index}]`, one)
        })
      },
      type: `list of ${item.type}`,
      schema: item.schema && { type: 'array', items: item.schema },
      formatDefault: (list) => (list.length === 0 ? 'none' : list.map(String).join(', ')),
    },
    terms,
  )
}

function quote(word: string): string {
  return `'${word}'`
}
