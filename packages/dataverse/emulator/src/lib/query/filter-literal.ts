import type { LiteralOperand } from './filter-expression.js'
import { lexFilter, syntaxError, type Token } from './filter-lexer.js'

/** The value that a token stands for, or `undefined` when it is not a value. */
export function toLiteral(token: Token): LiteralOperand | undefined {
  const { kind, text, position } = token
  switch (kind) {
    case 'string':
      return { kind: 'literal', type: 'string', value: text, position }
    case 'number':
      return { kind: 'literal', type: 'number', value: toNumber(text), position }
    case 'guid':
      return { kind: 'literal', type: 'guid', value: text.toLowerCase(), position }
    case 'date':
    case 'datetime':
      return toDate(token)
    case 'name':
      if (text === 'null') return { kind: 'literal', type: 'null', value: null, position }
      if (text !== 'true' && text !== 'false') return undefined
      return { kind: 'literal', type: 'boolean', value: text === 'true', position }
    default:
      return undefined
  }
}

function toNumber(text: string): number | bigint {
  const value = Number(text)
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value
}

function toDate({ kind, text, position }: Token): LiteralOperand {
  if (Number.isNaN(Date.parse(text))) throw syntaxError(text, position, 'there is no such date')
  return { kind: 'literal', type: kind === 'date' ? 'date' : 'datetime', value: text, position }
}

/** Understands the value of a parameter alias; an alias without a value counts as null. */
export function parseAliasValue(text: string | undefined, position: number): LiteralOperand {
  if (text === undefined || text.trim() === '') {
    return { kind: 'literal', type: 'null', value: null, position }
  }
  const [token, end] = lexFilter(text)
  const literal = token === undefined ? undefined : toLiteral(token)
  if (literal === undefined || end?.kind !== 'end') {
    throw syntaxError(text, 0, 'a parameter alias stands for one value')
  }
  return { ...literal, position }
}

/** Understands the value of a parameter alias in a function call, where it may be a list: `["a","b"]`. */
export function parseAliasArgument(
  text: string | undefined,
  position: number,
): LiteralOperand | readonly LiteralOperand[] {
  if (text === undefined || !text.trim().startsWith('[')) return parseAliasValue(text, position)
  const tokens = lexFilter(text)
  const items = tokens.slice(1, -2)
  const closed = isPunctuation(tokens.at(-2), ']')
  const values = items.filter((_, index) => index % 2 === 0).map((token) => toLiteral(token))
  const separated = items.every((token, index) => index % 2 === 0 || isPunctuation(token, ','))
  if (!closed || !separated || (items.length > 0 && items.length % 2 === 0) || values.includes(undefined)) {
    throw syntaxError(text, 0, 'a list of values such as ["a","b"] expected')
  }
  return values.flatMap((value) => (value === undefined ? [] : [{ ...value, position }]))
}

function isPunctuation(token: Token | undefined, text: string): boolean {
  return token?.kind === 'punctuation' && token.text === text
}
