import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed, createLabelSource } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEverySink } from './support/every-sink.js'

const thing = {
  logicalName: 'new_thing',
  changeTrackingEnabled: true,
  columns: [
    { logicalName: 'new_name', type: 'string' as const },
    {
      logicalName: 'new_color',
      type: 'picklist' as const,
      options: [{ value: 7, label: 'Crimson, "dark"' }],
    },
  ],
}

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator({ tables: [thing] })
  client = createClient({ url: emulator.url })
  emulator.table('new_things').create({ new_name: 'One', new_color: 7 })
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

describeEverySink('labels', (open) => {
  it('reach the sink beside their values, which verify bears', async () => {
    const feed = createChangeFeed(client, {
      entitySet: 'new_things',
      select: ['new_name', 'new_color', 'statecode'],
      labels: true,
    })
    const sink = open('things')
    await sink.run(feed)
    const text = (await sink.text()).replaceAll(/\\?"\\?"|\\"/g, '"')
    expect(text).toContain('Crimson, "dark"')
    expect(text).toContain('Active')
    expect(await sink.verify(feed)).toMatchObject({ ok: true, rowsInSink: 1 })
  })

  it('reach it as a table of their own', async () => {
    const source = createLabelSource(client, { entitySet: 'new_things' })
    const sink = open('thing_labels')
    await sink.run(source)
    const text = (await sink.text()).replaceAll(/\\?"\\?"|\\"/g, '"')
    for (const label of ['Crimson, "dark"', 'Active', 'Inactive']) expect(text).toContain(label)
    await sink.run(source)
    expect(await sink.ids()).toHaveLength((await source.count?.())?.rows ?? -1)
  })
})
