import { createBadRows, readDeadLetters, replayDeadLetters, withoutMember } from '@deltaverse/bad-rows'
import { createMemoryDisk } from '@deltaverse/durable-files/testing'
import { upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'

const path = '/letters/accounts.ndjson'
const letter = { kind: 'upserted', why: 'is too long', kept: 'nothing' } as const

function badRowsOn(disk = createMemoryDisk(), maxBadRows = 10) {
  const told: string[] = []
  const badRows = createBadRows(
    { onBadRow: 'dead-letter', deadLetterFile: path, maxBadRows },
    { files: disk.files, now: () => 0, target: 'a table', onLetter: ({ id }) => told.push(id) },
  )
  return {
    disk,
    badRows,
    told,
    ids: async () => (await readDeadLetters(path, disk.files)).map(({ id }) => id),
  }
}

describe('dead letters', () => {
  it('are on the disk once they are saved, and told of then', async () => {
    const { disk, badRows, told, ids } = badRowsOn()
    badRows.take({ ...letter, id: '1' })
    expect(told).toEqual([])
    await badRows.save()
    badRows.take({ ...letter, id: '2' })
    await badRows.save()
    disk.cutPower('all-lost')
    expect(await ids()).toEqual(['1', '2'])
    expect(told).toEqual(['1', '2'])
    expect((await readDeadLetters(path, disk.files))[0]).toEqual({
      ...letter,
      id: '1',
      at: '1970-01-01T00:00:00.000Z',
      target: 'a table',
    })
  })

  it('of a commit that is given up are forgotten', async () => {
    const { badRows, ids } = badRowsOn()
    badRows.take({ ...letter, id: '1' })
    badRows.drop()
    await badRows.save()
    expect(await ids()).toEqual([])
  })

  it('are not spoilt by one that a crash cut off', async () => {
    const { disk, badRows, ids } = badRowsOn()
    badRows.take({ ...letter, id: '1' })
    await badRows.save()
    const file = await disk.files.open(path, 'r+')
    const { size } = await file.stat()
    await file.writev([Buffer.from('{"id":"2","ki')], size)
    await file.close()
    badRows.take({ ...letter, id: '3' })
    await badRows.save()
    expect(await ids()).toEqual(['1', '3'])
  })

  it('say what disk refused them, and stay to be saved', async () => {
    const { disk, badRows, ids } = badRowsOn()
    badRows.take({ ...letter, id: '1' })
    disk.limitTo(10)
    await expect(badRows.save()).rejects.toMatchObject({ code: 'sink-failed', message: /accounts\.ndjson/ })
    disk.limitTo(10_000)
    await badRows.save()
    expect(await ids()).toEqual(['1'])
  })
})

describe('a replay', () => {
  it('brings each row once, and leaves what is bad again', async () => {
    const { disk, badRows, ids } = badRowsOn()
    for (const id of ['1', '2', '1']) badRows.take({ ...letter, id })
    await badRows.save()
    const brought: string[][] = []
    const rows = await replayDeadLetters(
      path,
      async (all) => {
        brought.push([...all])
        badRows.take({ ...letter, id: '2' })
        await badRows.save()
      },
      disk.files,
    )
    expect({ rows, brought }).toEqual({ rows: 2, brought: [['1', '2']] })
    expect(await ids()).toEqual(['2'])
    expect(await replayDeadLetters('/letters/none', async () => {}, disk.files)).toBe(0)
  })

  it('that is broken off begins again with the same rows', async () => {
    const { disk, badRows } = badRowsOn()
    badRows.take({ ...letter, id: '1' })
    await badRows.save()
    const failed = replayDeadLetters(path, () => Promise.reject(new Error('cut')), disk.files)
    await expect(failed).rejects.toThrow('cut')
    badRows.take({ ...letter, id: '2' })
    await badRows.save()
    const brought: string[][] = []
    await replayDeadLetters(path, async (all) => void brought.push([...all]), disk.files)
    expect(brought).toEqual([['1'], ['2']])
  })
})

it('a row without one of its values keeps the digits of the others', () => {
  const row = upserted('1', { '@odata.etag': 'W/"7"', a: 'x', price: 1 })
  const bytes = Buffer.from('{"a":"x","price":922337203685477.5807}')
  const { rowVersion, row: less, bytes: after } = withoutMember({ ...row, bytes, row: row.row }, 'a')
  expect(rowVersion).toBe('0')
  expect(less).toMatchObject({ a: null })
  expect(Buffer.from(after).toString()).toBe('{"a":null,"price":"922337203685477.5807"}')
})
