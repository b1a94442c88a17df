import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactJson } from './exact-json.js'

describe('parseExactJson()', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['922337203685477.5807', '922337203685477.5807'],
    ['20000.0000', 20_000],
    ['5000000.0000000000', 5_000_000],
    ['0.1', 0.1],
    ['0.10000000000000001', '0.10000000000000001'],
    ['1.7976931348623157e308', 1.797_693_134_862_315_7e308],
    ['123456789012345.6', 123_456_789_012_345.6],
  ])('reads %s as %j', (literal, value) => {
    expect(parseExactJson(`{"a":${literal},"b":[${literal}]}`)).toEqual({ a: value, b: [value] })
  })

  it('leaves text alone, whatever it looks like', () => {
    const text = JSON.stringify({
      a: '9007199254740993',
      'b":9007199254740993': '\\":9007199254740993,"\\\\',
    })
    expect(parseExactJson(text)).toEqual(JSON.parse(text))
  })

  it('refuses what JSON.parse refuses', () => {
    for (const text of [
      '{"a":90071992547409931.2.3}',
      '{"a":9007199254740993',
      '-',
      '90071992547409939007199254740993-1',
    ]) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError)
    }
  })

  it('equals JSON.parse wherever doubles suffice', () => {
    const texts = fc.jsonValue().map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(
        texts.filter((text) => !/\d{16}/.test(text)),
        (text) => {
          expect(parseExactJson(text)).toEqual(JSON.parse(text))
        },
      ),
    )
  })

  it('keeps every digit of any 64-bit integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
        const { a } = parseExactJson(`{"a":${integer}}`) as { a: string | number }
        expect(BigInt(a)).toBe(integer)
      }),
    )
  })
})
