import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ColumnKind } from './column-type.js'
import { valueTexts } from './value-text.js'

describe('valueTexts', () => {
  const refused: readonly (readonly [ColumnKind, unknown, RegExp])[] = [
    ['text', 12, /is 12, where text is expected/],
    ['text', { a: 1 }, /is \{"a":1\}, where text/],
    ['int32', 2_147_483_648, /is 2147483648, and the type int32 ends at 2147483647/],
    ['int32', -2_147_483_649, /ends at -2147483648/],
    ['int32', 1.5, /a whole number is expected/],
    ['int32', '', /a whole number/],
    ['int32', '0x10', /a whole number/],
    ['enum', 1.5, /a whole number/],
    ['int64', '9223372036854775808', /ends at 9223372036854775807/],
    ['int64', 2 ** 53, /a whole number/],
    ['decimal', Number.POSITIVE_INFINITY, /a number is expected/],
    ['decimal', 'NaN', /a number/],
    ['decimal', '1,5', /a number/],
    ['decimal', '1e99999', /a number/],
    ['double', '1e999', /a number that a double holds/],
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
    ['enum-set', '1,,2', /numbers with commas/],
    ['enum-set', '1,2147483648', /numbers with commas/],
    ['enum-set', '{1,2}', /numbers with commas/],
    ['json', () => 1, /a value of JSON/],
    ['binary', 'a', /base64/],
    ['binary', '{}', /base64/],
  ]

  it.each(refused)('%s refuses %j', (kind, value, fault) => {
    expect(valueTexts[kind](value)).toEqual({ fault: expect.stringMatching(fault) })
  })

  const taken: readonly (readonly [ColumnKind, unknown, string])[] = [
    ['int32', '007', '7'],
    ['int64', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['decimal', '922337203685477.5807', '922337203685477.5807'],
    ['boolean', false, 'false'],
    ['timestamp', '2026-03-25T17:42:47Z', '2026-03-25T17:42:47'],
    ['timestamp', '2026-03-25T17:42:47.5', '2026-03-25T17:42:47.5'],
    ['timestamptz', '2026-03-25T17:42:47+02:00', '2026-03-25T17:42:47+02:00'],
    ['enum-set', '', ''],
    ['enum-set', '1,9', '1,9'],
    ['json', { a: [1, null] }, '{"a":[1,null]}'],
    ['binary', 'AP8=', 'AP8='],
    ['binary', '', ''],
  ]

  it.each(taken)('%s writes %s as %s', (kind, value, text) => {
    expect(valueTexts[kind](value)).toBe(text)
  })

  it('keeps a message short, whatever the value', () => {
    const { fault } = valueTexts.uuid('x'.repeat(1e6)) as { fault: string }
    expect(fault.length).toBeLessThan(120)
  })

  it('takes every 64-bit integer as it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
        expect(valueTexts.int64(String(integer))).toBe(String(integer))
        expect(valueTexts.int64(integer)).toBe(String(integer))
      }),
    )
  })

  it('takes exactly the days that the calendar has', () => {
    for (let at = Date.UTC(1999, 11, 25); at < Date.UTC(2004, 2, 5); at += 86_400_000) {
      const day = new Date(at).toISOString().slice(0, 10)
      expect(valueTexts.date(day)).toBe(day)
    }
    for (const day of ['1900-02-29', '2001-02-29', '2026-04-31', '2026-06-31', '2026-01-00', '2026-00-01']) {
      expect(valueTexts.date(day)).toHaveProperty('fault')
    }
  })
})
