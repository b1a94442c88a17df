// The code between the marks is what the README shows; a check of the repository compares the two.
import { fromWire, sameAsStored, toColumnValue, toKeyLiteral } from '@deltaverse/values'
import { describe, expect, it } from 'vitest'

describe('the README', () => {
  it('asks what values are', () => {
    // example: values
    const size = { logicalName: 'new_size', kind: 'big-integer' } as const

    // Every digit is sent; a number that lost its digits already is refused.
    const exact = toColumnValue(size, 9007199254740993n, {})
    const lossy = toColumnValue(size, 2 ** 53 + 2, {})

    const same = sameAsStored(size, {}, '9007199254740993', '9007199254740993')
    const key = toKeyLiteral('date', '2026-02-31', 'DateOnly')
    const value = fromWire(size, '9007199254740993')
    // end
    expect('value' in exact && String(exact.value)).toBe('9007199254740993')
    expect(lossy).toHaveProperty('problem')
    expect(same).toBe(true)
    expect(key).toHaveProperty('problem')
    expect(value).toBe(9007199254740993n)
  })
})
