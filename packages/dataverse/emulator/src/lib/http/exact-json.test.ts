import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactJson } from './exact-json.js'

describe('parseExactJson()', () => {
  it('keeps every digit of integers that a number cannot hold', () => {
    expect(parseExactJson('{"a":9007199254740993,"b":[-9223372036854775808,1]}')).toEqual({
      a: 9007199254740993n,
      b: [-9223372036854775808n, 1],
    })
  })

  it('leaves texts, fractions and exponents alone', () => {
    const text = '{"a":"9007199254740993","b":"\\"9007199254740993","c":0.1234567890123456789,"d":1e20}'
    expect(parseExactJson(text)).toEqual(JSON.parse(text))
    const marked = '{"a":9007199254740993,"b":"\uE0005","c":"x\\\\"}'
    expect(parseExactJson(marked)).toEqual({ a: 9007199254740993n, b: '\uE0005', c: 'x\\' })
  })

  it('reads anything else as JSON.parse does', () => {
    const asNumbers = (value: unknown) =>
      JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each))
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = `[${json},"${'1'.repeat(20)}",${'1'.repeat(20)}]`
        expect(asNumbers(parseExactJson(text))).toBe(asNumbers(JSON.parse(text)))
      }),
    )
  })

  it('refuses what is not JSON', () => {
    for (const text of [
      '{',
      '{"a":12345678901234567890',
      '01234567890123456789',
      '{12345678901234567890:1}',
      '',
    ]) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError)
    }
  })
})
