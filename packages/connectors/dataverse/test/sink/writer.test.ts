import { createClient, type DataverseClient } from '@deltaverse/client'
import { createUpsertWriter } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onFailedRows } from './told-rows.js'

let emulator: Emulator
let client: DataverseClient

beforeEach(async () => {
  emulator = await startEmulator()
  client = createClient({ url: emulator.url, random: () => 0 })
})

afterEach(async () => {
  await client.close()
  await emulator.close()
})

const product = (number: string, name: string) => ({
  productnumber: number,
  name,
  quantitydecimal: 2,
})

describe('createUpsertWriter()', () => {
  it('writes rows by alternate key, one request each', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      strategy: 'single',
    })
    const summary = await writer.write([product('A', 'one'), product('B', 'two')])
    expect(summary).toMatchObject({ rows: 2, upserted: 2, failed: 0, requests: 2 })
    const names = emulator
      .table('products')
      .rows()
      .map((row) => [row.productnumber, row.name])
    expect(new Map(names as [string, string][])).toEqual(
      new Map([
        ['A', 'one'],
        ['B', 'two'],
      ]),
    )
  })

  it('reports each row, and takes no good row down with a bad one', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      strategy: 'single',
    })
    const rows = [
      product('A', 'one'),
      product('B', 'x'.repeat(101)),
      { ...product('', 'no key') },
      product('C', 'three'),
    ]
    const results = []
    for await (const result of writer.results(rows)) results.push(result)
    results.sort((a, b) => a.index - b.index)
    expect(results.map(({ index, status }) => [index, status])).toEqual([
      [0, 'upserted'],
      [1, 'failed'],
      [2, 'failed'],
      [3, 'upserted'],
    ])
    expect(results[1]!.error).toMatchObject({ serviceCode: '0x80044331' })
    expect(results[2]!.error).toMatchObject({ code: 'bad-input' })
    expect(emulator.table('products').count()).toBe(2)
  })
})

describe('in batches', () => {
  it('writes a thousand rows in a few requests and names the bad ones', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      strategy: 'batch',
      batchSize: 250,
    })
    const rows = Array.from({ length: 1_000 }, (_, at) =>
      product(`P${at}`, at % 100 === 7 ? 'x'.repeat(101) : `n${at}`),
    )
    const failed: number[] = []
    const summary = await writer.write(
      rows,
      onFailedRows(({ index }) => void failed.push(index)),
    )
    expect(summary).toMatchObject({ rows: 1_000, upserted: 990, failed: 10, requests: 4 })
    expect(failed.sort((a, b) => a - b)).toEqual([7, 107, 207, 307, 407, 507, 607, 707, 807, 907])
    expect(emulator.table('products').count()).toBe(990)
  })
})

describe('in bulk messages', () => {
  it('writes a thousand rows in a few requests', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      batchSize: 250,
    })
    const rows = Array.from({ length: 1_000 }, (_, at) => product(`P${at}`, `n${at}`))
    const summary = await writer.write(rows)
    expect(summary).toMatchObject({ rows: 1_000, upserted: 1_000, failed: 0, requests: 4 })
    const urls = emulator.requests.map(({ url }) => url)
    expect(urls.filter((url) => url.endsWith('products/Microsoft.Dynamics.CRM.UpsertMultiple'))).toHaveLength(
      4,
    )
    expect(await writer.write(rows)).toMatchObject({ upserted: 1_000, requests: 4 })
    expect(emulator.table('products').count()).toBe(1_000)
  })

  it('halves its way down to one bad row of a thousand, and writes the others', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      batchSize: 1_000,
    })
    const rows = Array.from({ length: 1_000 }, (_, at) =>
      product(`P${at}`, at === 617 ? 'x'.repeat(101) : 'n'),
    )
    const summary = await writer.write(rows)
    expect(summary).toMatchObject({ upserted: 999, failed: 1 })
    expect(summary.requests).toBeLessThanOrEqual(21)
    expect(emulator.table('products').count()).toBe(999)
  })

  it('gives up halving where many rows are bad, and lets a batch name them', async () => {
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      batchSize: 1_000,
    })
    const rows = Array.from({ length: 1_000 }, (_, at) =>
      product(`P${at}`, at % 2 === 0 ? 'x'.repeat(101) : 'n'),
    )
    const summary = await writer.write(rows)
    expect(summary).toMatchObject({ upserted: 500, failed: 500 })
    expect(summary.requests).toBeLessThanOrEqual(40)
    expect(emulator.table('products').count()).toBe(500)
  })
})
