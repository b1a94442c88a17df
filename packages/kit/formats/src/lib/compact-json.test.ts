import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactJsonInPlace } from './compact-json.js'

function compact(text: string): string {
  const buffer = Buffer.from(text)
  return buffer.subarray(0, compactJsonInPlace(buffer, 0, buffer.length)).toString()
}

describe('compactJsonInPlace()', () => {
  it('gives what JSON.stringify gives without indentation, for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom<string | number>(1, 2, '\t'), (value, indent) => {
        expect(compact(JSON.stringify(value, null, indent))).toBe(JSON.stringify(value))
      }),
    )
  })

  it('leaves strings alone: spaces, escaped quotes and escaped backslashes', () => {
    expect(compact('{ "a b" :\r\n "x \\" : y \\\\" ,\t"c":1 }')).toBe('{"a b":"x \\" : y \\\\","c":1}')
  })

  it('touches nothing outside its range', () => {
    const buffer = Buffer.from('  [ 1 ]  ')
    expect(compactJsonInPlace(buffer, 2, 7)).toBe(5)
    expect(buffer.subarray(0, 5).toString()).toBe('  [1]')
    expect(buffer.subarray(7).toString()).toBe('  ')
  })

  it('refuses a raw newline inside a string, which is no JSON', () => {
    expect(() => compact('{"a":"x\ny"}')).toThrow(
      expect.objectContaining({ code: 'bad-response', message: expect.stringContaining('byte 7') }),
    )
  })
})
