import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { likeTest } from './like-pattern.js'

describe('likeTest()', () => {
  it.each([
    ['contains', 'b%d', 'abcde', true],
    ['contains', 'b_d', 'abcde', true],
    ['contains', 'b_d', 'abccde', false],
    ['startswith', '_b', 'abc', true],
    ['startswith', 'b', 'abc', false],
    ['endswith', 'c', 'ABC', true],
    ['endswith', 'b%', 'abc', true],
    ['endswith', 'a_', 'abc', false],
    ['contains', '[bx]c', 'abc', true],
    ['contains', '[^b]c', 'abc', false],
    ['contains', '[a-c][%]', 'b%', true],
    ['contains', '[', 'a[b', true],
    ['contains', '%', '', true],
    ['contains', '_', '\n', true],
    ['contains', '[z-a]', 'z', false],
  ] as const)('%s %j in %j: %s', (name, sought, text, expected) => {
    expect(likeTest(name, sought)(text)).toBe(expected)
  })

  it('takes every text without wildcards literally, whatever its characters', () => {
    const plain = fc.string().filter((text) => !/[%_[]/.test(text))
    fc.assert(
      fc.property(plain, fc.string(), fc.string(), (sought, before, after) => {
        expect(likeTest('contains', sought)(before + sought + after)).toBe(true)
        expect(likeTest('startswith', sought)(sought + after)).toBe(true)
        expect(likeTest('endswith', sought)(before + sought)).toBe(true)
      }),
    )
  })

  it('never throws, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'%_[]^-\\a/.*&~') }), fc.string(), (sought, text) => {
        expect(typeof likeTest('contains', sought)(text)).toBe('boolean')
      }),
    )
  })
})
