import { createClient, type DataverseClient } from '@deltaverse/client'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createUpsertWriter } from '@deltaverse/upsert-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

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
