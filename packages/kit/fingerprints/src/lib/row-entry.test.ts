import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEpoch, entryOf, epochOf, isSameRow } from './row-entry.js'

const epoch = fc.maxSafeNat()
const bytes = fc.uint8Array()

describe('an entry', () => {
  it('is the same row for the same bytes only, whatever the epoch', () => {
    fc.assert(
      fc.property(bytes, bytes, epoch, epoch, (one, other, early, late) => {
        const same = Buffer.compare(one, other) === 0
        expect(isSameRow(entryOf(one, early), entryOf(other, late))).toBe(same)
        expect(isSameRow(entryOf(one, early), entryOf(one, late))).toBe(true)
      }),
    )
  })

  it('tells its epoch', () => {
    fc.assert(
      fc.property(bytes, epoch, (row, seen) => {
        expect(epochOf(entryOf(row, seen))).toBe(seen)
      }),
    )
  })

  it('is kept as it has always been, or nobody finds their rows unchanged', () => {
    expect(entryOf(Buffer.from('{"accountid":"1"}'), 37)).toBe('tWfTOC4CdWqzMQlrDWusyA11')
  })
})

describe('checkEpoch()', () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses %d', (seen) => {
    expect(() => checkEpoch(seen)).toThrow(TypeError)
  })
})
