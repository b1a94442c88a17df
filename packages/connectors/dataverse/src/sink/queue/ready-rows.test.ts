import { describe, expect, it } from 'vitest'
import type { PendingRow } from '../row/pending-row.js'
import { createReadyRows } from './ready-rows.js'

const row = (index: number, bytes: number) =>
  ({ index, state: { kind: 'prepared', bytes } }) as unknown as PendingRow
const indexes = (rows: readonly PendingRow[]) => rows.map(({ index }) => index)

describe('createReadyRows()', () => {
  it('hands out the oldest rows, so many and so large as a request takes', () => {
    const ready = createReadyRows()
    ready.add([row(0, 10), row(1, 10), row(2, 10)])
    ready.add([row(3, 50), row(4, 10)])
    expect([ready.count, ready.bytes]).toEqual([5, 90])
    expect(indexes(ready.take(2, 1_000))).toEqual([0, 1])
    expect(indexes(ready.take(9, 30))).toEqual([2])
    expect(indexes(ready.take(9, 30))).toEqual([3])
    expect([ready.count, ready.bytes]).toEqual([1, 10])
    expect(indexes(ready.drop())).toEqual([4])
    expect([ready.count, ready.bytes, ready.take(1, 1)]).toEqual([0, 0, []])
  })
})
