import { describe, expect, it } from 'vitest'
import { checkName, derivedName, quoteName } from './names.js'

const rules = { name: 'PostgreSQL', limits: { nameBytes: 63 } }

describe('checkName()', () => {
  it('refuses what the database would cut or cannot take', () => {
    expect(checkName(rules, 'table', 'é'.repeat(31))).toBe('é'.repeat(31))
    expect(() => checkName(rules, 'table', 'é'.repeat(32))).toThrow(
      /is 64 bytes long, and PostgreSQL takes 63/,
    )
    for (const name of ['', 'a\0b', 'a\ud800'])
      expect(() => checkName(rules, 'table', name)).toThrow(/must be a name/)
  })
})

describe('quoteName()', () => {
  it('lets no name end early', () => {
    expect(quoteName('c"; DROP TABLE d; --')).toBe('"c""; DROP TABLE d; --"')
  })
})

describe('derivedName()', () => {
  it('keeps names short and apart', () => {
    expect(derivedName(rules, 'next_', 'accounts')).toBe('next_accounts')
    const [first, second] = ['é'.repeat(31), `${'é'.repeat(30)}ab`].map((name) =>
      derivedName(rules, 'next_', name),
    )
    expect(first).not.toBe(second)
    for (const name of [first, second]) expect(Buffer.byteLength(name ?? '')).toBeLessThanOrEqual(63)
  })
})
