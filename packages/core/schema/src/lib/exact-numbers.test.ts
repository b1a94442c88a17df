import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createExactNumbers, mayHoldLongNumber } from './exact-numbers.js'

describe('mayHoldLongNumber()', () => {
  it('finds 16 digits and points wherever they stand', () => {
    const around = fc.string({ unit: fc.constantFrom('a', '"', '-', ' ', '5', '.'), maxLength: 40 })
    fc.assert(
      fc.property(
        around,
        fc.string({ unit: fc.constantFrom('0', '9', '.'), maxLength: 30 }),
        around,
        (...parts) => {
          const text = parts.join('')
          expect(mayHoldLongNumber(Buffer.from(text))).toBe(/[\d.]{16}/.test(text))
        },
      ),
    )
  })
})

describe('createExactNumbers()', () => {
  it('gives back the digits of the bytes where the parse has lost some', () => {
    const text = '{"long":12345678901234.56789,"big":9007199254740993,"short":0.5,"nested":{"long":1}}'
    const exact = createExactNumbers(Buffer.from(`xx${text}`).subarray(2))
    const parsed = JSON.parse(text) as Record<string, number>
    expect(['long', 'big', 'short'].map((member) => exact(member, parsed[member] ?? 0))).toEqual([
      '12345678901234.56789',
      '9007199254740993',
      0.5,
    ])
  })
})
