import type { ColumnDetail } from '@deltaverse/metadata'
import { defineOptions } from '@deltaverse/options'
import { ExactNumber, formatExactJson, parseExactJson } from '@deltaverse/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fromWire,
  sameAsStored,
  toColumnValue,
  toKeyLiteral,
  toValueRules,
  type ValueOptions,
  valueOptions,
} from '../src/index.js'
import { type KindCase, kindCases } from './laws.js'

const detailOf = ({ behavior }: Pick<KindCase, 'behavior'>): ColumnDetail =>
  behavior === undefined ? {} : { dateBehavior: behavior }
const columnOf = ({ kind }: Pick<KindCase, 'kind'>) => ({ logicalName: 'x', kind })
/** What a read gives of what was written. */
const stored = (wire: unknown): unknown => (parseExactJson(formatExactJson({ x: wire })) as { x: unknown }).x
const name = ({ kind, behavior }: KindCase): string => (behavior === undefined ? kind : `${kind} ${behavior}`)

const declared = defineOptions('a writer', valueOptions)
const rulesOf = (input: ValueOptions) => toValueRules(declared.parse(input))

describe('the laws of values', () => {
  it.each(kindCases.map((each) => [name(each), each] as const))(
    '%s: what is accepted comes back equal, and what is equal is sent alike',
    (_, each) => {
      for (const alike of each.equal) {
        const wires = alike.map((value) => {
          const wire = toColumnValue(columnOf(each), value, detailOf(each))
          if ('problem' in wire) throw new Error(`${String(value)}: ${wire.problem}`)
          expect(sameAsStored(columnOf(each), detailOf(each), value, stored(wire.value))).toBe(true)
          return formatExactJson(wire.value)
        })
        expect(new Set(wires).size).toBe(1)
      }
    },
  )

  it.each(kindCases.map((each) => [name(each), each] as const))(
    '%s: what is refused says why, and is never called unchanged',
    (_, each) => {
      const answers = each.equal.flat().map((value) => toColumnValue(columnOf(each), value, detailOf(each)))
      const held = [null, ...each.refused, ...answers.map((wire) => 'value' in wire && stored(wire.value))]
      for (const wrong of each.refused) {
        if (wrong === '' && each.kind === 'text') continue
        const wire = toColumnValue(columnOf(each), wrong, detailOf(each))
        expect(wire, String(wrong)).toMatchObject({ problem: expect.stringMatching(/\w/) })
        for (const other of held) {
          expect(sameAsStored(columnOf(each), detailOf(each), wrong, other)).toBe(false)
        }
      }
    },
  )

  it.each(kindCases.map((each) => [name(each), each] as const))(
    '%s: what was read can be written back, and is the same then',
    (_, each) => {
      for (const value of each.equal.flat()) {
        const wire = toColumnValue(columnOf(each), value, detailOf(each))
        const read = stored('value' in wire ? wire.value : undefined)
        const typed = fromWire(columnOf(each), read, detailOf(each))
        const back = toColumnValue(columnOf(each), typed, detailOf(each))
        expect(back).toHaveProperty('value')
        expect(sameAsStored(columnOf(each), detailOf(each), typed, read)).toBe(true)
      }
    },
  )

  it('changes no digit of any number, either way', () => {
    const decimal = fc
      .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 10 }))
      .map(([units, scale]) => {
        const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
        const point = digits.length - scale
        return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`
      })
    fc.assert(
      fc.property(decimal, fc.constantFrom('decimal' as const, 'money' as const), (text, kind) => {
        const wire = toColumnValue({ logicalName: 'x', kind }, text, {})
        expect('value' in wire && sameDigits(formatExactJson(wire.value), text)).toBe(true)
        const literal = toKeyLiteral(kind, text)
        expect('literal' in literal && sameDigits(literal.literal.text, text)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (integer) => {
        const column = { logicalName: 'x', kind: 'big-integer' as const }
        const wire = toColumnValue(column, integer, {})
        expect('value' in wire && fromWire(column, stored(wire.value))).toBe(integer)
      }),
    )
    fc.assert(
      fc.property(fc.double(), (number) => {
        const wire = toColumnValue({ logicalName: 'x', kind: 'double' }, number, {})
        expect('value' in wire).toBe(Number.isFinite(number))
        if ('value' in wire) expect(wire.value).toBe(number === 0 ? 0 : number)
      }),
    )
  })

  it('makes text of no number but a safe integer, in columns and keys alike', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger()), (number) => {
        const wire = toColumnValue({ logicalName: 'x', kind: 'text' }, number, {})
        expect('value' in wire).toBe(Number.isSafeInteger(number))
        expect('literal' in toKeyLiteral('text', number)).toBe(Number.isSafeInteger(number))
        if ('value' in wire) expect(Number(wire.value)).toBe(number === 0 ? 0 : number)
      }),
    )
  })

  it('takes as text what XML 1.0 takes, and strips or replaces the rest when asked to', () => {
    const column = { logicalName: 'x', kind: 'text' as const }
    const allowed = (code: number): boolean =>
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      code >= 0x10000
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          const bad = [...text].filter((character) => !allowed(character.codePointAt(0) ?? 0))
          expect('value' in toColumnValue(column, `a${text}`, {})).toBe(bad.length === 0)
          for (const badCharacters of ['strip', 'replace'] as const) {
            const wire = toColumnValue(column, `a${text}`, {}, rulesOf({ badCharacters }))
            const expected = [...`a${text}`]
              .map((each) =>
                allowed(each.codePointAt(0) ?? 0) ? each : badCharacters === 'strip' ? '' : '\ufffd',
              )
              .join('')
            expect(wire).toEqual({ value: expected })
          }
        },
      ),
    )
  })

  it('takes empty text by the rule of the column', () => {
    const rules = rulesOf({
      emptyText: (name) => (name === 'a' ? 'null' : name === 'b' ? 'skip' : name === 'c' ? 'refuse' : 'keep'),
    })
    for (const { kind } of kindCases) {
      expect(toColumnValue({ logicalName: 'a', kind }, '', {}, rules)).toEqual({ value: null })
      expect(toColumnValue({ logicalName: 'b', kind }, '', {}, rules)).toEqual({ value: undefined })
      expect(toColumnValue({ logicalName: 'c', kind }, '', {}, rules)).toHaveProperty('problem')
      const kept = toColumnValue({ logicalName: 'd', kind }, '', {}, rules)
      if (kind === 'text') expect(kept).toEqual({ value: '' })
      else expect(kept).toHaveProperty('problem')
    }
    expect(() => rulesOf({ emptyText: 'drop' as never })).toThrow('emptyText must be')
  })

  it('writes numbers that JavaScript cannot hold as they are', () => {
    const wire = toColumnValue({ logicalName: 'x', kind: 'decimal' }, '12345678901234567.1', {})
    expect(wire).toEqual({ value: new ExactNumber('12345678901234567.1') })
  })
})

function sameDigits(a: string, b: string): boolean {
  const plain = (text: string): string => {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.')
    const digits = `${whole.replace(/^0+(?=\d)/, '')}.${fraction.replace(/0+$/, '')}`
    return text.startsWith('-') && /[1-9]/.test(digits) ? `-${digits}` : digits
  }
  return plain(a) === plain(b)
}
