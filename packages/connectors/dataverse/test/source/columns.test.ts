import { createClient, type DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let emulator: Emulator
let client: DataverseClient

beforeAll(async () => {
  emulator = await startEmulator()
  client = createClient({ url: emulator.url })
})
afterAll(async () => {
  await client.close()
  await emulator.close()
})

describe('columns() without a selection', () => {
  it.each([
    ['annotations', { subject: 'A note' }],
    ['accounts', { name: 'With an image', entityimage: 'R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==' }],
    ['products', { productnumber: 'P-1', name: 'One' }],
    ['emails', { subject: 'A mail' }],
  ])('are what rows of %s bring, names of files and parts of images included', async (entitySet, row) => {
    emulator.table(entitySet).create(row)
    const feed = createChangeFeed(client, { entitySet })
    const columns = new Set(await feed.columns())
    for await (const group of feed.read()) {
      for (const event of group) {
        if (event.kind !== 'upserted') continue
        const members = Object.keys(event.row as Row).filter((member) => !member.includes('@'))
        expect(members.filter((member) => !columns.has(member))).toEqual([])
      }
    }
    const { columns: described } = await feed.schema()
    expect([...columns].sort()).toEqual(described.map(({ name, member = name }) => member).sort())
  })

  it('take the definition alone, and nothing more behind the schema', async () => {
    const feed = createChangeFeed(client, { entitySet: 'accounts' })
    let before = emulator.requests.length
    await feed.columns()
    expect(emulator.requests.slice(before).filter(({ url }) => url.includes('$metadata'))).toEqual([])
    await feed.schema()
    before = emulator.requests.length
    await feed.columns()
    expect(emulator.requests.length).toBe(before)
  })
})
