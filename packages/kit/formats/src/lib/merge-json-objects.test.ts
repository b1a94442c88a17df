import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeJsonObjects } from './merge-json-objects.js'

describe('mergeJsonObjects()', () => {
  it('is what spreading does, however they are written', () => {
    const object = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(object, object, fc.constantFrom(undefined, 1, '\t'), (one, other, space) => {
        const texts = [JSON.stringify(one, undefined, space), JSON.stringify(other)]
        expect(JSON.parse(mergeJsonObjects(texts))).toEqual(JSON.parse(JSON.stringify({ ...one, ...other })))
      }),
    )
  })

  it('keeps every digit', () => {
    const merged = mergeJsonObjects(['{"a":9007199254740993,"b":1.50}', ' { "b" : 12345678901234567.1 } '])
    expect(merged).toBe('{"a":9007199254740993,"b":12345678901234567.1}')
  })

  it.each(['', '[]', '{"a":1', '{"a":"'])('refuses %j', (text) => {
    expect(() => mergeJsonObjects([text])).toThrow(TypeError)
  })
})
