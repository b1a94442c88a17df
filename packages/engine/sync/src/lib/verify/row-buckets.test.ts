import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bucketCount, createRowBuckets } from './row-buckets.js'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'buckets-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Ids that somebody made in order, as imports do. */
const idOf = (number: number) => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`

describe('row buckets', () => {
  it('hold every row once, evenly spread however alike the ids begin', async () => {
    const count = 256
    const buckets = createRowBuckets(folder, 'table', count)
    const rows = 110_000
    for (let from = 0; from < rows; from += 1_000) {
      await buckets.add(
        Array.from({ length: 1_000 }, (_, index) => ({
          id: idOf(from + index),
          rowVersion: `${from + index}`,
        })),
      )
    }
    // More than may wait in memory, so most of it is in files by now.
    expect((await readdir(folder)).length).toBe(count)
    let found = 0
    let largest = 0
    for (let bucket = 0; bucket < count; bucket += 1) {
      const loaded = await buckets.load(bucket)
      expect([...loaded].every(([id, version]) => idOf(Number(version)) === id)).toBe(true)
      found += loaded.size
      largest = Math.max(largest, loaded.size)
    }
    expect(found).toBe(rows)
    expect(largest).toBeLessThan((2 * rows) / count)
  })

  it('count the later mention of a row, and know versions that are not known', async () => {
    const buckets = createRowBuckets(folder, 'sink', 1)
    await buckets.add([
      { id: idOf(1), rowVersion: '1' },
      { id: idOf(2), rowVersion: '1' },
      { id: idOf(3), rowVersion: '1' },
    ])
    await buckets.add([
      { id: idOf(1), rowVersion: undefined, deleted: true },
      { id: idOf(2), rowVersion: '2' },
      { id: idOf(3), rowVersion: undefined, deleted: true },
      { id: idOf(3), rowVersion: undefined },
    ])
    expect([...(await buckets.load(0))]).toEqual([
      [idOf(2), '2'],
      [idOf(3), undefined],
    ])
    expect(await buckets.loadIds(0)).toEqual(new Set([1, 2, 3].map(idOf)))
  })

  it('say what to do when there is no room', async () => {
    const buckets = createRowBuckets(join(folder, 'gone'), 'sink', 1)
    const failed = buckets.add(
      Array.from({ length: 120_000 }, (_, index) => ({ id: idOf(index), rowVersion: '1' })),
    )
    await expect(failed).rejects.toMatchObject({ code: 'sink-failed' })
    await expect(failed).rejects.toThrow(/temporaryDirectory/)
  })

  it('are more where there are more rows', () => {
    expect([0, 10_000_000, 20_000_000, 10_000_000_000].map(bucketCount)).toEqual([256, 256, 512, 4_096])
  })
})
