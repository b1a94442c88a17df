import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findUnaddressableCharacter,
  formatBodyKeyPredicate,
  formatKeyPredicate,
  formatRowPath,
  formatRowReference,
  type KeyPart,
  parseRowReference,
} from './key-predicate.js'
import { isSendableText } from './odata-literal.js'

const text = (name: string, value: string): KeyPart => ({ name, value: { kind: 'text', text: value } })
const bare = (name: string, value: string): KeyPart => ({ name, value: { kind: 'bare', text: value } })
const guid = 'aaaaaaaa-0000-4000-8000-000000000001'

const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/)
const anyText = fc.string({ unit: 'grapheme', maxLength: 30 }).filter(isSendableText)
const number = fc.oneof(fc.integer().map(String), fc.constantFrom('12.5', '-0.001'))
const part = fc.oneof(
  fc.tuple(name, anyText).map(([key, value]) => text(key, value)),
  fc.tuple(name, number).map(([key, value]) => bare(key, value)),
  fc.tuple(name, fc.uuid()).map(([key, value]) => bare(key, value)),
  fc
    .tuple(name, fc.constantFrom('2026-03-25', '2026-03-25T17:42:47Z'))
    .map(([key, value]) => bare(key, value)),
)
const parts = fc.uniqueArray(part, { minLength: 1, maxLength: 5, selector: (each) => each.name })

describe('formatKeyPredicate()', () => {
  it('doubles quotes and encodes everything that is not unreserved', () => {
    expect(formatKeyPredicate([text('a', "O'Neil & Söhne (1)"), bare('b', '5')])).toBe(
      "(a='O''Neil%20%26%20S%C3%B6hne%20%281%29',b=5)",
    )
    expect(formatRowPath('accounts', guid)).toBe(`accounts(${guid})`)
  })

  it('says nothing in a URL but what it was given: decoded, it is the body form', () => {
    fc.assert(
      fc.property(parts, (key) => {
        const encoded = formatKeyPredicate(key)
        expect(encoded).toMatch(/^[\x21-\x7e]+$/)
        expect(encoded).not.toMatch(/[/\\?#<>"&+:]/)
        expect(decodeURIComponent(encoded)).toBe(formatBodyKeyPredicate(key))
      }),
    )
  })

  it('refuses names and bare values that would mean something else', () => {
    expect(() => formatKeyPredicate([])).toThrow(TypeError)
    expect(() => formatKeyPredicate([text("a='x',b", 'y')])).toThrow(TypeError)
    expect(() => formatKeyPredicate([bare('a', "1,b='x'")])).toThrow(TypeError)
    expect(() => formatKeyPredicate([text('a', '\uD800')])).toThrow(TypeError)
    expect(() => formatRowPath('accounts(1)', guid)).toThrow(TypeError)
    expect(() => formatRowReference('accounts', 'x) or (1')).toThrow(TypeError)
  })
})

describe('parseRowReference()', () => {
  it('reads what formatRowReference() wrote', () => {
    fc.assert(
      fc.property(name, fc.oneof(parts, fc.uuid()), (entitySet, key) => {
        expect(parseRowReference(formatRowReference(entitySet, key))).toEqual({ entitySet, key })
        const url = `https://contoso.crm4.dynamics.com/api/data/v9.2/${formatRowPath(entitySet, key)}`
        expect(parseRowReference(url, { percentEncoded: true })).toEqual({ entitySet, key })
      }),
    )
  })

  it('is undefined for what is no reference', () => {
    for (const wrong of [
      '',
      'accounts',
      'accounts()',
      "accounts(a='x)",
      'accounts(a=)',
      "accounts(a='x',)",
      'a(b=1',
    ]) {
      expect(parseRowReference(wrong)).toBeUndefined()
    }
    expect(parseRowReference("accounts(a='%')", { percentEncoded: true })).toBeUndefined()
  })
})

describe('findUnaddressableCharacter()', () => {
  it('finds each character that the service does not take', () => {
    for (const character of '/<>*%&:\\?+#\n\u0000') {
      expect(findUnaddressableCharacter(`a${character}b`)).toBe(character)
    }
    expect(findUnaddressableCharacter("O'Neil, Söhne (1) = $5 @ 100 §")).toBeUndefined()
  })
})
