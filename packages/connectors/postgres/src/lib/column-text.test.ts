import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PostgresType } from './column.js'
import { columnTexts } from './column-text.js'

describe('columnTexts', () => {
  const wholeCharacter = fc
    .oneof(fc.integer({ min: 1, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10_ffff }))
    .map((code) => String.fromCodePoint(code))
  const refused: readonly (readonly [PostgresType, unknown, RegExp])[] = [
    ['text', 12, /is 12, where text is expected/],
    ['text', { a: 1 }, /is \{"a":1\}, where text/],
    ['integer', 2_147_483_648, /is 2147483648, and the type integer ends at 2147483647/],
    ['integer', -2_147_483_649, /ends at -2147483648/],
    ['integer', 1.5, /a whole number is expected/],
    ['integer', '', /a whole number/],
    ['integer', '0x10', /a whole number/],
    ['bigint', '9223372036854775808', /ends at 9223372036854775807/],
    ['bigint', 2 ** 53, /a whole number/],
    ['numeric', Number.POSITIVE_INFINITY, /a number is expected/],
    ['numeric', 'NaN', /a number/],
    ['numeric', '1,5', /a number/],
    ['numeric', '1e99999', /a number/],
    ['double precision', '1e999', /a number that a double holds/],
    ['boolean', 1, /true or false/],
    ['boolean', 'true', /true or false/],
    ['date', '2026-02-29', /a date such as/],
    ['date', '0000-01-01', /a date/],
    ['date', '2026-03-25T00:00:00Z', /a date/],
    ['date', 'infinity', /a date/],
    ['date', '2026-13-01', /a date/],
    ['date', '12026-01-01', /a date/],
    ['timestamptz', '2026-03-25T17:42:47', /with its zone/],
    ['timestamptz', '2026-03-25T24:00:00Z', /with its zone/],
    ['timestamptz', '2026-02-30T17:42:47Z', /with its zone/],
    ['timestamptz', '-infinity', /with its zone/],
    ['timestamp', '2026-03-25T17:42:47+02:00', /a date and time such as/],
    ['uuid', '{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}', /a GUID/],
    ['uuid', "x'; DROP TABLE accounts; --", /a GUID/],
    ['integer[]', '1,,2', /numbers with commas/],
    ['integer[]', '1,2147483648', /numbers with commas/],
    ['integer[]', '{1,2}', /numbers with commas/],
    ['text', 'a\0b', /NUL character \(U\+0000\) at position 1/],
    ['text', 'ab\udc00', /half of a surrogate pair at position 2/],
    ['jsonb', { a: ['\0'] }, /NUL character/],
    ['jsonb', { '\ud800': 1 }, /half of a surrogate pair/],
    ['jsonb', () => 1, /a value of JSON/],
  ]

  it.each(refused)('%s refuses %j', (type, value, fault) => {
    expect(columnTexts[type](value, 'refuse')).toEqual({ fault: expect.stringMatching(fault) })
  })

  it('keeps a message short, whatever the value', () => {
    const { fault } = columnTexts.uuid('x'.repeat(1e6), 'refuse') as { fault: string }
    expect(fault.length).toBeLessThan(120)
  })

  it('replaces only what cannot be stored, where told so', () => {
    expect(columnTexts.text('a\0\ud83d\ude00\ud83d', 'replace')).toBe('a\ufffd\ud83d\ude00\ufffd')
    expect(columnTexts.jsonb({ '\0': ['\ude00', 1] }, 'replace')).toBe('{"\ufffd":["\ufffd",1]}')
  })

  it('takes every 64-bit integer and every text of whole characters as it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
        expect(columnTexts.bigint(String(integer), 'refuse')).toBe(String(integer))
        expect(columnTexts.bigint(integer, 'refuse')).toBe(String(integer))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: wholeCharacter }), (text) => {
        expect(columnTexts.text(text, 'refuse')).toBe(text)
      }),
    )
  })

  it('takes exactly the days that the calendar has', () => {
    for (let at = Date.UTC(1999, 11, 25); at < Date.UTC(2004, 2, 5); at += 86_400_000) {
      const day = new Date(at).toISOString().slice(0, 10)
      expect(columnTexts.date(day, 'refuse')).toBe(day)
    }
    for (const day of ['1900-02-29', '2001-02-29', '2026-04-31', '2026-06-31', '2026-01-00', '2026-00-01']) {
      expect(columnTexts.date(day, 'refuse')).toHaveProperty('fault')
    }
  })
})
