import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSortedIds } from './sorted-ids.js'

describe('createSortedIds()', () => {
  it('agrees with a sorted set after any sequence of additions, removals and reads', () => {
    const id = fc.integer({ min: 0, max: 40 }).map((number) => String(number).padStart(2, '0'))
    const step = fc.record({ id, read: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ids = createSortedIds()
        const model = new Set<string>()
        const read = () => ids.settled().filter((each) => model.has(each))
        for (const { id: each, read: reads } of steps) {
          if (model.delete(each)) ids.remove(each)
          else {
            model.add(each)
            ids.add(each)
          }
          if (!reads) continue
          expect(read()).toEqual([...model].sort())
          expect([...ids.after(each)].filter((other) => model.has(other))).toEqual(
            [...model].sort().filter((other) => other > each),
          )
        }
        expect(read()).toEqual([...model].sort())
      }),
    )
  })
})
