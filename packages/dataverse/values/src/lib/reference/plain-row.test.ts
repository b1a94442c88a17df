import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPlainRow, toPlainRow } from './plain-row.js'
import { isRef, noRef, ref } from './row-ref.js'

const guid = '0b7b6b0e-7b1a-4a86-9d58-3c1f6a1f0001'
const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY),
  fc.uint8Array({ maxLength: 9 }),
  fc.string().map((accountnumber) => ref('account', { accountnumber, new_size: 12n })),
  fc.constantFrom(ref('account', guid), noRef('contact')),
)
const name = fc.oneof(fc.string(), fc.constantFrom('$ref', '$date', '$bigint', '$object', '__proto__'))
const value = fc.letrec((tie) => ({
  any: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('any')), tie('object')),
  object: fc.dictionary(name, tie('any'), { noNullPrototype: true }),
})).any
const row = fc.dictionary(name, value, { noNullPrototype: true })

describe('toPlainRow() and fromPlainRow()', () => {
  it('bring every row back as it was, by way of JSON', () => {
    fc.assert(
      fc.property(row, (given) => {
        expect(fromPlainRow(JSON.parse(JSON.stringify(toPlainRow(given))))).toStrictEqual(given)
      }),
    )
  })

  it('write what a person can correct', () => {
    expect(
      toPlainRow({
        parentcustomerid: ref('account', { accountnumber: 'A-9' }),
        birthdate: new Date('1979-06-01T00:00:00Z'),
        new_big: 9_007_199_254_740_993n,
      }),
    ).toEqual({
      parentcustomerid: { $ref: { table: 'account', key: { accountnumber: 'A-9' } } },
      birthdate: { $date: '1979-06-01T00:00:00.000Z' },
      new_big: { $bigint: '9007199254740993' },
    })
  })

  it('keep references that refer, inside of keys as well', () => {
    const nested = ref('site', { new_contactid: ref('contact', { emailaddress1: 'a@b.c' }), new_size: 2 })
    const { site } = fromPlainRow(JSON.parse(JSON.stringify(toPlainRow({ site: nested }))))
    expect(site).toStrictEqual(nested)
    expect(isRef(site)).toBe(true)
  })
})
