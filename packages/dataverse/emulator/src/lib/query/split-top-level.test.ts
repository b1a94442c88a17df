import { describe, expect, it } from 'vitest'
import { splitTopLevel } from './split-top-level.js'

describe('splitTopLevel()', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a($select=x,y),b', ['a($select=x,y)', 'b']],
    ["a($filter=n eq 'x,)('),b", ["a($filter=n eq 'x,)(')", 'b']],
    ["a($filter=n eq 'it''s, b'),c", ["a($filter=n eq 'it''s, b')", 'c']],
    ['f(v=[1,2]),b', ['f(v=[1,2])', 'b']],
    ['', ['']],
  ])('splits %j into %j', (text, parts) => {
    expect(splitTopLevel(text, ',')).toEqual(parts)
  })
})
