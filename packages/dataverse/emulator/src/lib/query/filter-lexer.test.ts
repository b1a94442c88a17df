import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lexFilter } from './filter-lexer.js'

const kinds = (text: string) => lexFilter(text).map(({ kind, text: word }) => [kind, word])

describe('lexFilter()', () => {
  it('tells values apart by their shape', () => {
    expect(kinds("a/b eq 'it''s' 5 -1.5e3 2026-03-25 2026-03-25T17:42Z")).toEqual([
      ['name', 'a'],
      ['punctuation', '/'],
      ['name', 'b'],
      ['name', 'eq'],
      ['string', "it's"],
      ['number', '5'],
      ['number', '-1.5e3'],
      ['date', '2026-03-25'],
      ['datetime', '2026-03-25T17:42Z'],
      ['end', ''],
    ])
  })

  it('takes a GUID as one value even when it begins with a letter or a digit', () => {
    for (const guid of ['aaaaaaaa-0000-4000-8000-000000000001', '11111111-0000-4000-8000-00000000000F']) {
      expect(kinds(guid)[0]).toEqual(['guid', guid])
    }
  })

  it('keeps the position of each token', () => {
    expect(lexFilter("  name eq  'x'").map((token) => token.position)).toEqual([2, 7, 11, 14])
  })

  it('reads back any text that was quoted, in both manners', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(kinds(`'${text.replaceAll("'", "''")}'`)[0]).toEqual(['string', text])
        expect(kinds(JSON.stringify(text))[0]).toEqual(['string', text])
      }),
    )
  })

  it.each(["'open", '"open', '#', 'a ~ b', '"\\x"'])('refuses %j', (text) => {
    expect(() => lexFilter(text)).toThrow('Syntax error at position')
  })
})
