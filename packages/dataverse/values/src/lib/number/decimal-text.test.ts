import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseDecimal, normaliseInteger } from './decimal-text.js'

describe('normaliseDecimal()', () => {
  it('has one form for each number', () => {
    const forms: [unknown, string | undefined][] = [
      ['12.50', '12.5'],
      ['-0.00', '0'],
      ['+007', '7'],
      [' 1. ', '1'],
      [12n, '12'],
      [1.5e21, '1500000000000000000000'],
      [-2.5e-7, '-0.00000025'],
      ['1e5', undefined],
      ['1,5', undefined],
      ['', undefined],
      [Number.NaN, undefined],
      [true, undefined],
    ]
    for (const [value, text] of forms) expect(normaliseDecimal(value)).toBe(text)
  })

  it('never changes a number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(normaliseDecimal(value))).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})

describe('normaliseInteger()', () => {
  it('takes whole numbers of 32 bits only', () => {
    expect(normaliseInteger('2147483647')).toBe('2147483647')
    expect(normaliseInteger(5.0)).toBe('5')
    for (const wrong of ['2147483648', 1.5, '1.5', 'x', null]) expect(normaliseInteger(wrong)).toBeUndefined()
  })
})
