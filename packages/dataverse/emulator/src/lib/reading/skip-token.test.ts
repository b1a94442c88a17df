import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServiceError } from '../http/service-error.js'
import { formatSkipToken, parseSkipToken, type SkipToken } from './skip-token.js'

const column = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
  last: fc.option(fc.string({ unit: 'grapheme' })),
  first: fc.option(fc.string({ unit: 'grapheme' })),
  lastTable: fc.option(fc.stringMatching(/^[a-z]{1,8}$/), { nil: undefined }),
})
const token: fc.Arbitrary<SkipToken> = fc.record({
  page: fc.integer({ min: 2, max: 100_000 }),
  columns: fc.array(column, { minLength: 1, maxLength: 3 }),
  tracking: fc.boolean(),
  extras: fc.dictionary(fc.constantFrom('part', 'stamp'), fc.string({ unit: 'grapheme' }), {
    noNullPrototype: true,
  }),
})

describe('parseSkipToken()', () => {
  it('reads what formatSkipToken() wrote, whatever stands in the values', () => {
    fc.assert(
      fc.property(token, (each) => {
        expect(parseSkipToken(decodeURIComponent(formatSkipToken(each)))).toEqual(each)
      }),
    )
  })

  it('reads a cookie as the service writes it', () => {
    const recorded =
      '%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253ccontactid' +
      '%2520last%253d%2522%257b9FD4A450-CB0C-EA11-A813-000D3A1B1223%257d%2522%2520first%253d%2522%257bCDCFA450-CB0C' +
      '-EA11-A813-000D3A1B1223%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20istracking=%22False%22%20/%3E'
    const read = parseSkipToken(decodeURIComponent(recorded))
    expect(read).toEqual({
      page: 2,
      columns: [
        {
          name: 'contactid',
          last: '{9FD4A450-CB0C-EA11-A813-000D3A1B1223}',
          first: '{CDCFA450-CB0C-EA11-A813-000D3A1B1223}',
          lastTable: undefined,
        },
      ],
      tracking: false,
      extras: {},
    })
    expect(formatSkipToken(read)).toBe(recorded)
  })

  it('refuses any other text with a 400', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseSkipToken(text)).toThrow(ServiceError)
      }),
    )
  })
})
