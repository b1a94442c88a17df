import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerKey, idOfRowKey, rowKeyRange, undoKeyOf, undoKeysAfter, withRowKeys } from './row-key.js'

describe('withRowKeys()', () => {
  it('adds keys that idOfRowKey() takes back', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid()), (ids) => {
        const keys = withRowKeys(ids.map((id) => ({ id }))).map(({ key }) => key)
        expect(keys.map(idOfRowKey)).toEqual(ids)
      }),
    )
  })

  it('keeps rows of one GUID apart by what stands behind it', () => {
    const partition = fc.string({ unit: 'binary' }).map((text) => `,${encodeURIComponent(text)}`)
    const ids = fc.array(
      fc.tuple(fc.uuid(), fc.oneof(fc.constant(''), partition)).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(ids, (given) => {
        const keys = withRowKeys(given.map((id) => ({ id }))).map(({ key }) => key)
        expect(keys.map(idOfRowKey)).toEqual(given)
        const isInside = (key: Buffer) => key.compare(rowKeyRange.gt) > 0 && key.compare(rowKeyRange.lt) < 0
        expect(keys.every(isInside)).toBe(true)
      }),
    )
  })

  it('keeps every id inside the range of rows, apart from the other keys', () => {
    const outermost = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
    const rows = withRowKeys(outermost.map((id) => ({ id }))).map(({ key }) => key)
    const keys = [headerKey, rowKeyRange.gt, ...rows, rowKeyRange.lt, undoKeyOf(0, 0)]
    expect([...keys].sort(Buffer.compare)).toEqual(keys)
  })

  it.each([
    '',
    'accounts',
    '0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0',
    '{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}',
    '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n',
    '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0,a;b',
    '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0,a b',
  ])('refuses %j', (id) => {
    expect(() => withRowKeys([{ id: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0' }, { id }])).toThrow(TypeError)
  })
})

describe('undoKeyOf()', () => {
  const numbers = fc.tuple(fc.integer({ min: 0, max: 2 ** 40 }), fc.integer({ min: 0, max: 100_000 }))

  it('orders by commit, then by block', () => {
    fc.assert(
      fc.property(numbers, numbers, ([commit, block], [otherCommit, otherBlock]) => {
        const order = Math.sign(commit - otherCommit) || Math.sign(block - otherBlock)
        expect(undoKeyOf(commit, block).compare(undoKeyOf(otherCommit, otherBlock))).toBe(order)
      }),
    )
  })

  it('lies behind a commit when its own is later', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 2 ** 40 }), ([commit, block], after) => {
        const key = undoKeyOf(commit, block)
        const { gte, lt } = undoKeysAfter(after)
        expect(key.compare(gte) >= 0 && key.compare(lt) < 0).toBe(commit > after)
      }),
    )
  })
})
