import { describe, expect, it } from 'vitest'
import { checkName, derivedName, quoteQualified } from './identifiers.js'

describe('checkName()', () => {
  it('refuses what PostgreSQL would cut or cannot take', () => {
    expect(checkName('table', 'é'.repeat(31))).toBe('é'.repeat(31))
    expect(() => checkName('table', 'é'.repeat(32))).toThrow(/is 64 bytes long, and PostgreSQL takes 63/)
    for (const name of ['', 'a\0b', 'a\ud800'])
      expect(() => checkName('table', name)).toThrow(/must be a name/)
  })
})

describe('quoteQualified()', () => {
  it('lets no name end early', () => {
    expect(quoteQualified('a"b', 'c"; DROP TABLE d; --')).toBe('"a""b"."c""; DROP TABLE d; --"')
  })
})

describe('derivedName()', () => {
  const hash = (text: string): string => String(text.length).padStart(12, '0')

  it('keeps names short and apart', () => {
    expect(derivedName('next_', 'accounts', hash)).toBe('next_accounts')
    const [first, second] = ['é'.repeat(31), `${'é'.repeat(30)}ab`].map((name) =>
      derivedName('next_', name, hash),
    )
    expect(first).not.toBe(second)
    for (const name of [first, second]) expect(Buffer.byteLength(name ?? '')).toBeLessThanOrEqual(63)
  })
})
