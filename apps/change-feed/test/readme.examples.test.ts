// The code between the marks is what the repository's README shows; a check of the repository compares the two.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient } from '@deltaverse/client'
import type * as Credentials from '@deltaverse/client/credentials'
import type { Checkpoint, Row } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { startEmulator } from '@deltaverse/emulator'
import { createFileSink } from '@deltaverse/files'
import { onlyUpserts, toNdjson } from '@deltaverse/node-streams'
import { sync } from '@deltaverse/sync'
import { expect, it } from 'vitest'

// Signing in needs a tenant; the type is that of the real function, so the call is checked all the same.
const clientSecretCredential: typeof Credentials.clientSecretCredential = () => ({
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
})
const [tenantId, clientId, clientSecret] = ['tenant', 'client', 'secret']
const { signal } = new AbortController()

it('the README streams a table to a file and reads it event by event', async () => {
  const emulator = await startEmulator()
  const { url } = emulator
  emulator.table('contacts').create({ firstname: 'Ada', lastname: 'Lovelace' })
  const rows = new Map<string, Row>()
  const checkpoints: Checkpoint[] = []
  const store = {
    put: async (id: string, row: Row) => rows.set(id, row),
    remove: async (id: string) => rows.delete(id),
    saveCheckpoint: async (checkpoint: Checkpoint) => checkpoints.push(checkpoint),
  }
  const before = process.cwd()
  const folder = await mkdtemp(join(tmpdir(), 'readme-'))
  process.chdir(folder)
  // example: pipeline
  const credential = clientSecretCredential({ tenantId, clientId, clientSecret })
  const client = createClient({ url, credential })

  // First everything; with a checkpoint, only what changed since.
  const feed = createChangeFeed(client, { entitySet: 'contacts', select: ['fullname', 'emailaddress1'] })

  // As a stream: rows pass as bytes, unparsed, and a slow disk slows the download down.
  const file = createWriteStream('contacts.ndjson', { highWaterMark: 1024 * 1024 })
  await pipeline(feed.read({ signal }), onlyUpserts(), toNdjson(), file, { signal })

  // Or event by event, with a checkpoint behind every page.
  for await (const event of feed.changes({ signal })) {
    if (event.kind === 'upserted') await store.put(event.id, event.row)
    else if (event.kind === 'deleted') await store.remove(event.id)
    else if (event.kind === 'checkpoint') await store.saveCheckpoint(event.checkpoint)
  }
  // end
  process.chdir(before)
  const [line] = (await readFile(join(folder, 'contacts.ndjson'), 'utf8')).split('\n')
  expect(JSON.parse(line!).id).toBe([...rows.keys()][0])
  expect(checkpoints).toHaveLength(1)
  await rm(folder, { recursive: true })
  await client.close()
  await emulator.close()
})

it('the README keeps a table in files', async () => {
  const emulator = await startEmulator()
  emulator.table('contacts').create({ firstname: 'Ada', lastname: 'Lovelace' })
  const client = createClient({ url: emulator.url })
  const before = process.cwd()
  const folder = await mkdtemp(join(tmpdir(), 'readme-'))
  process.chdir(folder)
  // example: sync
  await sync({
    name: 'contacts',
    source: createChangeFeed(client, { entitySet: 'contacts', select: ['fullname', 'emailaddress1'] }),
    sink: createFileSink({ directory: 'data', name: 'contacts', mode: 'mirror' }),
    checkpoints: createFileCheckpointStore({ directory: 'data' }),
  })
  // end
  process.chdir(before)
  const lines = (await readFile(join(folder, 'data/contacts.ndjson'), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).row.fullname)).toEqual(['Ada Lovelace'])
  await rm(folder, { recursive: true })
  await client.close()
  await emulator.close()
})
