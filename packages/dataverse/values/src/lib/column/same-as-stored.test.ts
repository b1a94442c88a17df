import type { ColumnKind } from '@deltaverse/metadata'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roundDecimal } from '../number/decimal-text.js'
import { sameAsStored, sameReference } from './same-as-stored.js'
import type { ValueColumn } from './value-rules.js'

const column = (kind: ColumnKind): ValueColumn => ({ logicalName: 'x', kind, targets: [] })
const id = 'A0000000-0000-4000-8000-00000000000F'

describe('sameAsStored()', () => {
  it.each<[ColumnKind, object | undefined, unknown, unknown, boolean]>([
    ['money', { precision: 2 }, 19.999, 20, true],
    ['money', { precision: 2 }, '19.90', 19.9, true],
    ['money', { precision: 2 }, 19.91, 19.9, false],
    ['decimal', { precision: 10 }, '12345678901234567.1', '12345678901234567.1', true],
    ['decimal', { precision: 10 }, '12345678901234567.1', '12345678901234567.2', false],
    ['decimal', { precision: 2 }, -0.001, 0, true],
    ['whole-number', undefined, '5', 5, true],
    ['whole-number', undefined, 5, 6, false],
    ['choice', undefined, 1, 1, true],
    ['choices', undefined, '3,1', '1,3', true],
    ['choices', undefined, '3', '1,3', false],
    ['text', undefined, 'a', 'A', false],
    ['text', undefined, '', null, false],
    ['text', undefined, null, null, true],
    ['text', undefined, null, undefined, true],
    ['text', undefined, null, 'a', false],
    ['boolean', undefined, true, true, true],
    ['guid', undefined, id, id.toLowerCase(), true],
    ['date', { dateBehavior: 'DateOnly' }, '2026-03-25T00:00:00Z', '2026-03-25', true],
    ['date', { dateBehavior: 'UserLocal' }, '2026-03-25T18:42:47.123+01:00', '2026-03-25T17:42:47Z', true],
    ['date', { dateBehavior: 'UserLocal' }, '2026-03-25T18:42:48Z', '2026-03-25T17:42:47Z', false],
    ['date', { dateBehavior: 'TimeZoneIndependent' }, '2026-03-25T17:42', '2026-03-25T17:42:00Z', true],
    ['date', undefined, 'tomorrow', '2026-03-25T17:42:00Z', false],
    ['date', { dateBehavior: 'DateOnly' }, '2026-02-31', '2026-02-31', false],
    ['date', { dateBehavior: 'UserLocal' }, '2026-03-25T17:42:47', '2026-03-25T17:42:47Z', false],
    ['decimal', { precision: 2 }, Number.NaN, Number.NaN, false],
    ['big-integer', undefined, 9_007_199_254_740_993n, '9007199254740993', true],
    ['big-integer', undefined, 9_007_199_254_740_993n, '9007199254740992', false],
    ['choices', undefined, [3, 1], '1,3', true],
    ['text', undefined, 'a\u0001', 'a\u0001', false],
    ['other', undefined, 'a', 'a', false],
  ])('compares %s as it is stored: %j', (kind, detail, written, stored, same) => {
    expect(sameAsStored(column(kind), detail, written, stored)).toBe(same)
  })

  it('rounds as arithmetic on digits does', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 6 }),
        (units, precision) => {
          const sign = units < 0n ? '-' : ''
          const digits = (units < 0n ? -units : units).toString().padStart(7, '0')
          const text = `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`
          const scale = 10n ** BigInt(6 - precision)
          const magnitude = units < 0n ? -units : units
          const rounded = (magnitude + scale / 2n) / scale
          const expected = rounded * scale
          const back = roundDecimal(text, precision)!
          const [whole = '', fraction = ''] = back.replace('-', '').split('.')
          expect(BigInt(whole + fraction.padEnd(6, '0'))).toBe(expected)
        },
      ),
    )
    expect(roundDecimal(1e-7, 10)).toBe('0.0000001')
    expect(roundDecimal('x', 2)).toBeUndefined()
  })
})

describe('sameReference()', () => {
  it('knows a row by its GUID only', () => {
    expect(sameReference(`/contacts(${id})`, id.toLowerCase())).toBe(true)
    expect(sameReference("contacts(emailaddress1='a@b.c')", id)).toBe(false)
    expect(sameReference(null, null)).toBe(true)
    expect(sameReference(null, id)).toBe(false)
  })
})
