import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeForLink, formatDeltaToken, parseDeltaToken } from './delta-token.js'

describe('formatDeltaToken()', () => {
  it('writes the version and the time in UTC', () => {
    const at = Date.UTC(2017, 7, 22, 8, 10, 44)
    expect(formatDeltaToken({ version: 919042, at })).toBe('919042!08/22/2017 08:10:44')
  })

  it('is undone by parseDeltaToken(), to the second', () => {
    const token = fc.record({
      version: fc.integer({ min: 0, max: 999_999_999_999_999 }),
      at: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
    })
    fc.assert(
      fc.property(token, (each) => {
        expect(parseDeltaToken(formatDeltaToken(each))).toEqual(each)
      }),
    )
  })
})

describe('parseDeltaToken()', () => {
  it.each([
    '',
    '1',
    '1!',
    'x!08/22/2017 08:10:44',
    '1!13/01/2017 00:00:00',
    '1!02/30/2017 00:00:00',
    '1!08/22/2017 08:10:44 ',
  ])('takes "%s" for no token', (text) => {
    expect(parseDeltaToken(text)).toBeUndefined()
  })
})

describe('encodeForLink()', () => {
  it('writes the digits in the case asked for', () => {
    expect(encodeForLink('1!08/22/2017 08:10:44', 'lower')).toBe('1%2108%2f22%2f2017%2008%3a10%3a44')
    expect(encodeForLink('1!08/22/2017 08:10:44', 'upper')).toBe('1%2108%2F22%2F2017%2008%3A10%3A44')
  })
})
