import { describe, expect, it } from 'vitest'
import { parseDopHint } from './ceiling.js'
import { createConcurrencyCap } from './concurrency-cap.js'

describe('parseDopHint()', () => {
  it.each([
    ['5', 5],
    [' 52 ', 52],
    ['0', undefined],
    ['-3', undefined],
    ['4.5', undefined],
    ['many', undefined],
    ['', undefined],
    ['99999999999', undefined],
    [undefined, undefined],
  ])('%j: %s', (text, hint) => {
    expect(parseDopHint(text)).toBe(hint)
  })
})

describe('createConcurrencyCap()', () => {
  it('stays below what was refused, and comes back one by one', () => {
    const cap = createConcurrencyCap()
    expect(cap.bound()).toBe(Number.POSITIVE_INFINITY)
    cap.refuse(40)
    expect(cap.bound()).toBe(30)
    for (let i = 0; i < 100; i++) cap.accept()
    expect(cap.bound()).toBe(32)
    cap.refuse(40)
    expect(cap.bound()).toBe(24)
    for (let i = 0; i < 20; i++) cap.refuse(1)
    expect(cap.bound()).toBe(1)
  })
})
