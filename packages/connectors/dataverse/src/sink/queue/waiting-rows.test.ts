import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PendingRow } from '../row/pending-row.js'
import { createWaitingRows } from './waiting-rows.js'

const pending = (index: number, key: string): PendingRow => ({
  index,
  row: {},
  merged: {},
  keyed: {},
  identity: key,
  lane: key.toLowerCase(),
  parts: undefined,
  unaddressable: false,
  etag: undefined,
  earlier: [],
  state: {
    kind: 'prepared',
    id: undefined,
    ownId: false,
    columns: {},
    body: undefined,
    followUps: [],
    bytes: 10,
  },
})

/** Only what is written alike may be merged. */
function merge(earlier: PendingRow, later: PendingRow): PendingRow | undefined {
  return earlier.identity === later.identity
    ? { ...later, earlier: [...earlier.earlier, earlier] }
    : undefined
}

type Step = { readonly add: string } | { readonly take: true } | { readonly release: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ add: fc.constantFrom('a', 'A', 'b', 'B', 'c') }) },
  { weight: 2, arbitrary: fc.constant({ take: true as const }) },
  { weight: 3, arbitrary: fc.record({ release: fc.nat(5) }) },
)

describe('createWaitingRows()', () => {
  it('keeps versions of one row in order and apart, and loses none, whatever comes when', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const waiting = createWaitingRows(merge)
        const underWay: PendingRow[] = []
        const sent: PendingRow[] = []
        let index = 0
        const take = (): void => {
          for (const row of waiting.take()) {
            expect(underWay.map(({ lane }) => lane)).not.toContain(row.lane)
            underWay.push(row)
            sent.push(row)
          }
        }
        for (const each of steps) {
          if ('add' in each) waiting.add(pending(index++, each.add))
          else if ('take' in each) take()
          else for (const row of underWay.splice(each.release, 1)) waiting.release(row)
        }
        while (waiting.openRows > 0 || waiting.parkedRows > 0) {
          for (const row of underWay.splice(0)) waiting.release(row)
          take()
        }
        expect(waiting.openBytes).toBe(0)
        const indexes = sent.flatMap((row) => [...row.earlier, row].map((version) => version.index))
        expect([...indexes].sort((a, b) => a - b)).toEqual(Array.from({ length: index }, (_, at) => at))
        for (const lane of ['a', 'b', 'c']) {
          const own = sent
            .filter((row) => row.lane === lane)
            .flatMap((row) => [...row.earlier, row].map((version) => version.index))
          expect(own).toEqual([...own].sort((a, b) => a - b))
        }
      }),
    )
  })

  it('gives up what was never sent', () => {
    const waiting = createWaitingRows(merge)
    waiting.add(pending(0, 'a'))
    waiting.add(pending(1, 'A'))
    expect(waiting.drop().map(({ index }) => index)).toEqual([0, 1])
    expect([waiting.openRows, waiting.parkedRows, waiting.openBytes]).toEqual([0, 0, 0])
  })
})
