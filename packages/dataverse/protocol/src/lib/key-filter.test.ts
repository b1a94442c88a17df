import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatInCondition, formatKeyCondition, isPlainListText } from './key-filter.js'
import { isSendableText } from './odata-literal.js'

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 30 }).filter(isSendableText)

describe('formatKeyCondition()', () => {
  it('compares one column, or several in brackets', () => {
    const a = { name: 'a', value: { kind: 'bare', text: '5' } } as const
    const b = { name: 'b', value: { kind: 'text', text: "O'N & c" } } as const
    expect(formatKeyCondition([a])).toBe('a%20eq%205')
    expect(formatKeyCondition([a, b])).toBe("(a%20eq%205%20and%20b%20eq%20'O''N%20%26%20c')")
    expect(() => formatKeyCondition([])).toThrow(TypeError)
    expect(() => formatKeyCondition([{ ...a, name: 'a eq 1 or b' }])).toThrow(TypeError)
  })

  it('keeps every text inside its quotes', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const condition = formatKeyCondition([{ name: 'a', value: { kind: 'text', text } }])
        expect(condition).toMatch(/^a%20eq%20'[\w.~%'-]*'$/)
        expect(decodeURIComponent(condition)).toBe(`a eq '${text.replaceAll("'", "''")}'`)
      }),
    )
  })
})

describe('formatInCondition()', () => {
  it('lists values in double quotes', () => {
    expect(formatInCondition('accountnumber', ['A 1', '2'])).toBe(
      "Microsoft.Dynamics.CRM.In(PropertyName='accountnumber',PropertyValues=[%22A%201%22,%222%22])",
    )
    expect(() => formatInCondition('a', [])).toThrow(TypeError)
  })

  it('takes no text whose place in the list is in doubt', () => {
    for (const text of ['"', "'", '\\', '\n']) {
      expect(isPlainListText(text)).toBe(false)
      expect(() => formatInCondition('a', [text])).toThrow(TypeError)
    }
    fc.assert(
      fc.property(fc.array(wellFormed.filter(isPlainListText), { minLength: 1, maxLength: 5 }), (values) => {
        const condition = formatInCondition('a', values)
        const list = /PropertyValues=(\[.*\])\)$/.exec(condition)?.[1] ?? ''
        expect(JSON.parse(decodeURIComponent(list))).toEqual(values)
      }),
    )
  })
})
