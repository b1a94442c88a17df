import { describe, expect, it } from 'vitest'
import { formatHeader, makeMark, parseHeader } from './header.js'

const header = {
  commits: [
    { mark: '1-abc', number: 1, rows: 10, undoBlocks: 0 },
    { mark: '2-def', number: 2, rows: 12, undoBlocks: 3 },
  ],
}

describe('the header of a fingerprint store', () => {
  it('comes back as it was', () => {
    expect(parseHeader(formatHeader(header))).toEqual(header)
    expect(parseHeader(formatHeader({ commits: [] }))).toEqual({ commits: [] })
  })

  it('of another format is told from one that is damaged', () => {
    expect(parseHeader('{"format":2,"whatever":true}')).toBe('unknown-format')
    const damaged = [
      '',
      'x',
      '{}',
      'null',
      '[]',
      '{"format":"1"}',
      '{"format":1}',
      '{"format":1,"commits":[{}]}',
    ]
    for (const text of damaged) expect(parseHeader(text), text).toBeUndefined()
    const whole = formatHeader(header)
    for (let length = 0; length < whole.length; length++) {
      expect(parseHeader(whole.slice(0, length)), `${length} bytes of it`).toBeUndefined()
    }
  })
})

describe('makeMark()', () => {
  it('makes another one each time, for the same number too', () => {
    const marks = new Set(Array.from({ length: 1_000 }, () => makeMark(7)))
    expect(marks.size).toBe(1_000)
    for (const mark of marks) expect(mark).toMatch(/^7-[\w-]{12}$/)
  })
})
