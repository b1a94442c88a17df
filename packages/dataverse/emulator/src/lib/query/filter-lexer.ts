import { optionRefused } from './query-errors.js'

type TokenKind = 'name' | 'alias' | 'string' | 'number' | 'guid' | 'date' | 'datetime' | 'punctuation' | 'end'

/** One word of a `$filter` text. */
export interface Token {
  readonly kind: TokenKind
  /** As written; for strings the text that they stand for. */
  readonly text: string
  /** Index of its first character in the filter text. */
  readonly position: number
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['guid', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ['datetime', /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2})(?![\w-])/iy],
  ['date', /\d{4}-\d{2}-\d{2}(?![\w-])/y],
  ['number', /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/iy],
  ['string', /'(?:[^']|'')*'/y],
  ['alias', /@[A-Za-z_]\w*/y],
  ['name', /[\p{L}_$][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['punctuation', /[(),/:=[\]]/y],
]
const blanks = /\s*/y

/** 400 that points at a place in a filter text. */
export function syntaxError(text: string, position: number, expectation: string): Error {
  return optionRefused(`Syntax error at position ${position} in '${text}': ${expectation}.`)
}

/**
 * Splits a `$filter` text into tokens; the last has the kind `end`.
 *
 * @throws ServiceError 400 for a character that starts nothing, or a string without its end.
 */
export function lexFilter(text: string): Token[] {
  const tokens: Token[] = []
  let position = skipBlanks(text, 0)
  while (position < text.length) {
    const token = nextToken(text, position)
    tokens.push(token.kind === 'string' ? unquote(token) : token)
    position = skipBlanks(text, position + token.text.length)
  }
  tokens.push({ kind: 'end', text: '', position: text.length })
  return tokens
}

function skipBlanks(text: string, position: number): number {
  blanks.lastIndex = position
  blanks.exec(text)
  return blanks.lastIndex
}

function nextToken(text: string, position: number): Token {
  // Array arguments are JSON, whose strings have double quotes.
  if (text[position] === '"') return jsonString(text, position)
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match !== null) return { kind, text: match[0], position }
  }
  throw text[position] === "'"
    ? syntaxError(text, position, 'the string has no closing quote')
    : syntaxError(text, position, `'${text[position]}' is not expected here`)
}

function jsonString(text: string, position: number): Token {
  const match = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(position))
  if (match === null) throw syntaxError(text, position, 'the string has no closing quote')
  return { kind: 'string', text: match[0], position }
}

function unquote(token: Token): Token {
  if (token.text.startsWith("'")) {
    return { ...token, text: token.text.slice(1, -1).replaceAll("''", "'") }
  }
  try {
    return { ...token, text: JSON.parse(token.text) as string }
  } catch {
    throw optionRefused(`Syntax error at position ${token.position}: ${token.text} is not a JSON string.`)
  }
}
