import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ref } from '@deltaverse/alternate-keys'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { connect, files, sqlite } from 'deltaverse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let emulator: Emulator
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deltaverse-facade-'))
  emulator = await startEmulator({ rows: { products: [{ productnumber: 'P-1', name: 'One' }] } })
})
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('connect()', () => {
  it('brings a table to a place, and what changes after it', async () => {
    const crm = await connect(emulator.url)
    const products = crm.table('product')
    const place = files(folder, { mode: 'mirror', lines: 'rows' })
    expect(await products.syncTo(place, { columns: ['name'] })).toMatchObject({ upserted: 1 })
    expect(
      await products.push([{ productnumber: 'P-2', name: 'Two' }], { key: ['productnumber'] }),
    ).toMatchObject({ failed: 0 })
    expect(await products.syncTo(place, { columns: ['name'] })).toMatchObject({ upserted: 1 })
    expect(readFileSync(join(folder, 'products.ndjson'), 'utf8')).toContain('"name":"Two"')
    expect(await products.syncTo(sqlite(join(folder, 'crm.sqlite')))).toMatchObject({ upserted: 2 })
    await crm.close()
  })

  it("writes rows in people's words, and tells of those that cannot be", async () => {
    const crm = await connect(emulator.url)
    const failed: unknown[] = []
    const rows = [
      { productnumber: 'P-3', name: 'Three', parentproductid: ref('product', { productnumber: 'P-1' }) },
      { productnumber: 'P-4', name: 'Four', parentproductid: ref('product', { productnumber: 'P-9' }) },
      { productnumber: 'P-1', name: 'One' },
    ]
    const summary = await crm.table('products').push(rows, {
      key: ['productnumber'],
      onFailed: (row, why) => void failed.push([row.productnumber, why]),
    })
    expect(summary).toMatchObject({ rows: 3, failed: 1, unchanged: 1 })
    expect(failed).toEqual([['P-4', expect.stringContaining('P-9')]])
    await crm.close()
  })

  it('wants variables or a credential for another machine', async () => {
    await expect(connect('https://contoso.crm4.dynamics.com')).rejects.toThrow('AZURE_')
  })
})
