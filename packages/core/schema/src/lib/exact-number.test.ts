import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactJson } from './exact-json.js'
import { ExactNumber, formatExactJson } from './exact-number.js'

describe('formatExactJson()', () => {
  it('writes exact numbers and big integers as bare digits, at any depth', () => {
    const value = { a: 9_007_199_254_740_993n, b: [new ExactNumber('0.10000000000000001')], c: undefined }
    expect(formatExactJson(value)).toBe('{"a":9007199254740993,"b":[0.10000000000000001]}')
  })

  it('says of everything else what JSON.stringify says', () => {
    fc.assert(
      fc.property(fc.object({ withDate: true }), (value) => {
        expect(formatExactJson(value)).toBe(JSON.stringify(value))
        const { big, ...rest } = JSON.parse(formatExactJson({ ...value, big: 5n })) as Record<string, unknown>
        const { big: _, ...others } = JSON.parse(JSON.stringify({ ...value, big: 5 })) as Record<
          string,
          unknown
        >
        expect(rest).toEqual(others)
        expect(big).toBe(5)
      }),
    )
  })

  it('keeps every digit on the way there and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
        const { a } = parseExactJson(formatExactJson({ a: integer })) as { a: string | number }
        expect(BigInt(a)).toBe(integer)
      }),
    )
  })
})

describe('ExactNumber', () => {
  it('refuses what would break out of a body', () => {
    for (const text of ['', '01', '1e5', '1,"x":2', 'NaN', '.5', '+1']) {
      expect(() => new ExactNumber(text)).toThrow(TypeError)
    }
  })
})
