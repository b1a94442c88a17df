import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEverySink } from './support/every-sink.js'

const thing = {
  logicalName: 'new_thing',
  changeTrackingEnabled: false,
  columns: [{ logicalName: 'new_name', type: 'string' as const }],
}

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator({ tables: [thing] })
  client = createClient({ url: emulator.url })
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

const feed = (mode: 'full-copy' | 'modified-since' = 'full-copy') =>
  createChangeFeed(client, {
    entitySet: 'new_things',
    select: ['new_name'],
    pageSize: 3,
    mode,
  })

describeEverySink('a table without change tracking', (open) => {
  it('is copied, what is deleted goes, and verify finds nothing', async () => {
    const table = emulator.table('new_things')
    for (const row of table.rows()) table.remove(String(row.new_thingid))
    const sink = open('things')
    const ids = Array.from({ length: 8 }, (_, index) => table.create({ new_name: `Thing ${index}` }))
    await sink.run(feed())
    expect(await sink.ids()).toEqual([...ids].sort())
    const [gone = '', renamed = '', ...rest] = ids
    table.remove(gone)
    table.update(renamed, { new_name: 'Renamed' })
    const added = table.create({ new_name: 'Added' })
    await sink.run(feed())
    expect(await sink.ids()).toEqual([renamed, ...rest, added].sort())
    expect(await sink.verify(feed())).toMatchObject({ ok: true, rowsInTable: 8, rowsInSink: 8 })
  })

  it('is read by modifiedon; a deletion waits for the next copy, and verify finds and mends it before', async () => {
    const table = emulator.table('new_things')
    for (const row of table.rows()) table.remove(String(row.new_thingid))
    const sink = open('things')
    const gone = table.create({ new_name: 'Gone' })
    const kept = table.create({ new_name: 'Kept' })
    await sink.run(feed('modified-since'))
    table.remove(gone)
    table.update(kept, { new_name: 'Renamed' })
    const added = table.create({ new_name: 'Added' })
    await sink.run(feed('modified-since'))
    expect(await sink.ids()).toEqual([gone, kept, added].sort())
    expect(await sink.text()).toContain('Renamed')
    expect(await sink.verify(feed('modified-since'), { repair: true })).toMatchObject({
      ok: false,
      extra: 1,
      repaired: 1,
    })
    expect(await sink.ids()).toEqual([kept, added].sort())
  })
})
