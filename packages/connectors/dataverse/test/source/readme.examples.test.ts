// The code between the marks is what the README shows; a check of the repository compares the two.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createClient, type TokenCredential } from '@deltaverse/client'
import type { Change, Checkpoint } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { connector } from '@deltaverse/dataverse/connector'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { toNdjson } from '@deltaverse/node-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

type Contact = { fullname: string; emailaddress1: string | null }

let emulator: Emulator
let url: string
const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const { signal } = new AbortController()
const saved = new Map<string, Checkpoint>()
const load = async (name: string) => saved.get(name)
const save = async (name: string, checkpoint: Checkpoint) => {
  saved.set(name, checkpoint)
}
const rows = new Map<string, Contact>()
const store = {
  async beginFullRead() {},
  async put(id: string, row: Contact) {
    rows.set(id, row)
  },
  async remove(id: string) {
    rows.delete(id)
  },
  async removeWhatDidNotCome() {},
  async apply(changes: readonly Change<Contact>[]) {
    for (const change of changes) if (change.kind === 'upserted') rows.set(change.id, change.row)
  },
}

beforeEach(async () => {
  saved.clear()
  rows.clear()
  emulator = await startEmulator()
  url = emulator.url
  emulator.table('contacts').create({ firstname: 'Ada', lastname: 'Lovelace' })
})

afterEach(() => emulator.close())

describe('the README', () => {
  it('reads changes and saves checkpoints', async () => {
    // example: read
    const client = createClient({ url, credential })
    const feed = createChangeFeed<Contact>(client, {
      entitySet: 'contacts',
      select: ['fullname', 'emailaddress1'],
      checkpoint: await load('contacts'),
    })
    for await (const change of feed.changes({ signal })) {
      switch (change.kind) {
        case 'reset':
          await store.beginFullRead()
          break
        case 'upserted':
          await store.put(change.id, change.row)
          break
        case 'deleted':
          await store.remove(change.id)
          break
        case 'complete':
          await store.removeWhatDidNotCome()
          break
        case 'checkpoint':
          await save('contacts', change.checkpoint) // only here, once the rows are durable
      }
    }
    // end
    expect(rows.size).toBe(1)
    expect(saved.get('contacts')?.phase).toBe('incremental')
    await client.close()
  })

  it('reads page by page, and into a file', async () => {
    const client = createClient({ url })
    const feed = createChangeFeed<Contact>(client, { entitySet: 'contacts' })
    // example: pages
    for await (const page of feed.pages({ signal })) {
      await store.apply(page.changes)
      await save('contacts', page.checkpoint)
    }
    // end
    expect(rows.size).toBe(1)
    const folder = await mkdtemp(join(tmpdir(), 'feed-'))
    const before = process.cwd()
    process.chdir(folder)
    // example: file
    const file = createWriteStream('contacts.ndjson', { highWaterMark: 1024 * 1024 })
    await pipeline(feed.read({ signal }), toNdjson(), file, { signal })
    // end
    process.chdir(before)
    expect(JSON.parse(await readFile(join(folder, 'contacts.ndjson'), 'utf8'))).toMatchObject({
      kind: 'upserted',
    })
    await rm(folder, { recursive: true })
    await client.close()
  })

  it('opens the connector by options', async () => {
    // example: connector
    const opened = await connector.source?.open({ url, entitySet: 'products', select: ['name'] })
    // end
    expect(opened?.source.table).toBe('products')
    await opened?.release()
  })
})
