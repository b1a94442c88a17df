import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.js'

const now = Date.UTC(2026, 2, 1, 12, 0, 0)

describe('parseRetryAfter()', () => {
  it.each([
    ['27', 27_000],
    [' 0 ', 0],
    ['1.5', 1_500],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ])('reads %j', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected)
  })

  it.each([
    ['0.001', 500],
    ['0.4999', 500],
    ['1000000000', 3_600_000],
    ['99999999999999999999999', 3_600_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000],
    ['3600', 3_600_000],
  ])('keeps %j within half a second and an hour', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected)
  })

  it.each([undefined, '', 'soon', '-5', '1e3', 'Infinity', '2026-03-01', 'Sun, nonsense'])(
    'passes over %j',
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined()
    },
  )
})
