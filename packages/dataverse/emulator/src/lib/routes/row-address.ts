import { ServiceError, segmentNotFound } from '../http/service-error.js'

/** A value in a key predicate, as it was written. */
export interface KeyLiteral {
  readonly text: string
  readonly quoted: boolean
}

/** What stands in the parentheses of `accounts(…)`. */
export type KeyPredicate =
  | { readonly kind: 'id'; readonly literal: KeyLiteral }
  | { readonly kind: 'named'; readonly parts: ReadonlyMap<string, KeyLiteral> }

/** A path segment such as `accounts`, `accounts(<guid>)` or `accounts(accountnumber='A1')`. */
export interface AddressedSegment {
  readonly name: string
  readonly predicate: KeyPredicate | undefined
}

/**
 * Takes a decoded path segment apart.
 *
 * @throws ServiceError when its parentheses or quotes do not close.
 */
export function parseSegment(segment: string): AddressedSegment {
  const open = segment.indexOf('(')
  if (open === -1) return { name: segment, predicate: undefined }
  const name = segment.slice(0, open)
  if (!segment.endsWith(')')) throw syntaxError()
  const inner = segment.slice(open + 1, -1)
  if (inner.trim() === '') throw segmentNotFound(segment)
  return { name, predicate: parsePredicate(inner) }
}

/** 400 as the service answers to key text that it cannot read. */
export function syntaxError(): ServiceError {
  return new ServiceError(400, '0x8006088a', 'Bad Request - Error in query syntax.')
}

const part = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)\s*=\s*)?(?:'((?:[^']|'')*)'|([^',()=\s]+))\s*(,|$)/y

function parsePredicate(text: string): KeyPredicate {
  const pattern = new RegExp(part)
  const named = new Map<string, KeyLiteral>()
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) throw syntaxError()
    const [, name, quoted, bare = '', end] = match
    const literal: KeyLiteral =
      quoted === undefined
        ? { text: bare, quoted: false }
        : { text: quoted.replaceAll("''", "'"), quoted: true }
    const last = pattern.lastIndex === text.length
    if (name === undefined) {
      if (named.size > 0 || !last || end === ',') throw syntaxError()
      return { kind: 'id', literal }
    }
    if (named.has(name) || (last && end === ',')) throw syntaxError()
    named.set(name, literal)
  }
  return { kind: 'named', parts: named }
}
