import { createUpsertWriter, type PlannedWrite, type UpsertWriterOptions } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

type AnyRow = Record<string, unknown>

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  emulator = await startEmulator({ organization: { createproductswithoutparentinactivestate: true } })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

function writerOf(options: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  return createUpsertWriter<AnyRow>(recording.client, {
    entitySet: 'products',
    key: ['productnumber'],
    clock: recording.clock,
    skipUnchanged: true,
    ...options,
  })
}

async function planOf(rows: readonly AnyRow[], options: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  const plans: PlannedWrite<AnyRow>[] = []
  for await (const plan of writerOf(options).dryRun(rows)) plans.push(plan)
  return plans.sort((a, b) => a.index - b.index)
}

const stored = (number: string) =>
  emulator
    .table('products')
    .rows()
    .find((row) => row.productnumber === number)!
const row = (at: number) => ({
  productnumber: `P${String(at).padStart(5, '0')}`,
  name: `n${at}`,
  description: at % 3 === 0 ? null : 'Łódź',
  stockvolume: at / 7,
  quantitydecimal: 2,
  statecode: 0,
  statuscode: 1,
})

describe('skipUnchanged', () => {
  it('writes only what changed, column by column, and nothing the second time', async () => {
    const rows = Array.from({ length: 2_000 }, (_, at) => row(at))
    expect(await writerOf().write(rows)).toMatchObject({ rows: 2_000, upserted: 2_000, unchanged: 0 })
    const again = await writerOf().write(rows)
    expect(again).toMatchObject({ unchanged: 2_000, requests: 0 })
    expect(again.reads).toBeLessThanOrEqual(60)

    const versions = emulator.history().length
    recording.writes.length = 0
    const night = rows.map((each, at) => (at % 50 === 0 ? { ...each, name: `changed ${at}` } : each))
    const results = []
    for await (const result of writerOf().results(night))
      if (result.status !== 'unchanged') results.push(result)
    expect(results).toHaveLength(40)
    for (const { status, changed } of results) expect([status, changed]).toEqual(['updated', ['name']])
    expect(emulator.history().length - versions).toBe(40)
    expect(recording.bodies().join()).not.toContain('description')
  })

  it('compares look-ups by GUID and by alternate key, and writes a state only when it differs', async () => {
    const target = emulator.table('products').create({ productnumber: 'parent' })
    const rows = [
      {
        productnumber: 'A',
        'parentproductid@odata.bind': `/products(${target})`,
        statecode: 0,
        statuscode: 1,
      },
      { productnumber: 'B', 'parentproductid@odata.bind': "products(productnumber='parent')" },
    ]
    expect(await writerOf().write(rows)).toMatchObject({ upserted: 2, failed: 0 })
    expect(stored('A')).toMatchObject({ _parentproductid_value: target, statecode: 0 })
    expect(await writerOf().write(rows)).toMatchObject({ unchanged: 2, requests: 0 })
    expect(await writerOf().write([{ productnumber: 'A', statecode: 3, statuscode: 3 }])).toMatchObject({
      updated: 1,
      requests: 1,
    })
    expect(stored('A')).toMatchObject({ statecode: 3 })
  })

  it('keeps state and status together when only one of them differs', async () => {
    const opportunityid = emulator.table('opportunities').create({ name: 'a' })
    const row = { opportunityid, name: 'a', statecode: 0, statuscode: 2 }
    const writer = writerOf({ entitySet: 'opportunities', key: undefined, strategy: 'single' })
    for await (const { changed } of writer.results([row])) expect(changed).toEqual(['statuscode'])
    expect(recording.bodies().map((body) => JSON.parse(body))).toEqual([{ statecode: 0, statuscode: 2 }])
  })

  it('writes a row in full when it vanishes between the look and the write', async () => {
    const id = emulator.table('products').create({ productnumber: 'A', name: 'a', description: 'd' })
    const writer = writerOf({ strategy: 'single' })
    await writer.write([])
    emulator.faults.next({ method: 'PATCH', status: 404, code: '0x80040217' })
    const rows = (function* () {
      yield { productnumber: 'A', name: 'b', description: 'd' }
    })()
    const removeOnWrite = recording.writes
    for await (const result of writer.results(rows)) expect(result).toMatchObject({ status: 'upserted' })
    expect(removeOnWrite.map(({ body }) => JSON.parse(String(body)))).toEqual([
      { name: 'b' },
      { name: 'b', description: 'd' },
    ])
    expect(emulator.table('products').get(id)).toMatchObject({ name: 'b' })
  })

  it('finds rows by composite keys and follows pages', async () => {
    const tables = [
      {
        logicalName: 'new_price',
        columns: [
          { logicalName: 'new_item', type: 'string' },
          { logicalName: 'new_year', type: 'integer' },
          { logicalName: 'new_amount', type: 'decimal', precision: 2 },
        ],
        keys: [{ logicalName: 'new_key', columns: ['new_item', 'new_year'] }],
      },
    ] as const
    const other = await startEmulator({ tables, maxPageSize: 7 })
    const { client, clock } = createRecordingClient(other.url)
    const writer = createUpsertWriter(client, {
      entitySet: 'new_prices',
      key: ['new_year', 'new_item'],
      skipUnchanged: true,
      clock,
    })
    const rows = Array.from({ length: 60 }, (_, at) => ({
      new_item: `it's ${at % 6}`,
      new_year: 2000 + at,
      new_amount: at,
    }))
    expect(await writer.write(rows)).toMatchObject({ upserted: 60, failed: 0 })
    expect(await writer.write(rows)).toMatchObject({ unchanged: 60, requests: 0 })
    await client.close()
    await other.close()
  })
})

describe('dryRun()', () => {
  it('says what the table holds of the columns that differ, and the version that was compared', async () => {
    const currency = emulator
      .table('transactioncurrencies')
      .create({ currencyname: 'Euro', isocurrencycode: 'EUR' })
    const other = emulator
      .table('transactioncurrencies')
      .create({ currencyname: 'Yen', isocurrencycode: 'JPY' })
    const bind = (id: string) => ({ 'transactioncurrencyid@odata.bind': `transactioncurrencies(${id})` })
    const id = emulator.table('products').create({ productnumber: 'A', name: 'a', ...bind(currency) })
    const [plan] = await planOf([{ productnumber: 'A', name: 'b', ...bind(other) }])
    expect(plan).toMatchObject({
      plan: 'update',
      id,
      before: { name: 'a', 'transactioncurrencyid@odata.bind': currency },
      version: emulator.table('products').get(id)?.['@odata.etag'],
    })
  })

  it('says of each row what would be done, and writes nothing', async () => {
    emulator.table('products').create({ productnumber: 'A', name: 'a', price: 10 })
    const rows = [
      { productnumber: 'A', name: 'a' },
      { productnumber: 'a', name: 'b' },
      { productnumber: 'B', name: 'b' },
      { productnumber: null },
    ]
    const plans = await planOf(rows)
    expect(plans.map(({ plan, columns }) => [plan, columns])).toEqual([
      ['unchanged', undefined],
      ['update', ['name']],
      ['create', undefined],
      ['rejected', undefined],
    ])
    expect(recording.writes).toHaveLength(0)
    const misspelt = [
      { productnumber: 'M1', nmae: 'a' },
      { productnumber: 'M2', Name: 'a' },
      { productnumber: 'M3', 'ParentProductId@odata.bind': `products(${crypto.randomUUID()})` },
      { productnumber: 'M4', 'parentproductid@odata.bind': null, product_parts: [{ name: 'part' }] },
    ]
    expect((await planOf(misspelt)).map(({ plan, error }) => [plan, error?.message])).toEqual([
      ['rejected', "Table 'product' has no column 'nmae' to write."],
      ['rejected', "Table 'product' has no column 'Name' to write. Names are case-sensitive: write 'name'."],
      ['rejected', expect.stringContaining("write 'parentproductid@odata.bind'.")],
      ['create', undefined],
    ])
    expect(await planOf([{ productnumber: 'C' }], { operation: 'update' })).toMatchObject([
      { plan: 'rejected', error: { code: 'not-found' } },
    ])
    expect(await planOf([{ productnumber: 'A' }], { operation: 'create' })).toMatchObject([
      { plan: 'rejected', error: { code: 'conflict' } },
    ])
    expect(
      await planOf([{ productnumber: 'A' }, { productnumber: 'C' }], { operation: 'delete' }),
    ).toMatchObject([{ plan: 'delete' }, { plan: 'unchanged' }])
    expect(await planOf([{ productnumber: 'A' }], { operation: 'deactivate' })).toMatchObject([
      { plan: 'update', columns: ['statecode', 'statuscode'] },
    ])
  })
})
