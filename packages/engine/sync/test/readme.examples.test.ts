// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient, type TokenCredential } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createFileSink } from '@deltaverse/files'
import { createFingerprints } from '@deltaverse/fingerprints'
import { sync, syncTables, verify } from '@deltaverse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let emulator: Emulator
let url: string
let folder: string
let before: string
const lines: string[] = []
const report = (...words: unknown[]): void => void lines.push(words.join(' '))
const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}

beforeEach(async () => {
  lines.length = 0
  emulator = await startEmulator()
  url = emulator.url
  emulator.table('contacts').create({ firstname: 'Ada', lastname: 'Lovelace' })
  emulator.table('accounts').create({ name: 'Contoso' })
  folder = await mkdtemp(join(tmpdir(), 'sync-'))
  before = process.cwd()
  process.chdir(folder)
})

afterEach(async () => {
  process.chdir(before)
  await rm(folder, { recursive: true })
  await emulator.close()
})

describe('the README', () => {
  it('syncs a table, with a fingerprint store, verifies it, and follows it', async () => {
    const controller = new AbortController()
    const { signal } = controller
    // example: sync
    const client = createClient({ url, credential })
    const contacts = {
      name: 'contacts',
      source: createChangeFeed(client, { entitySet: 'contacts', select: ['fullname', 'emailaddress1'] }),
      sink: createFileSink({ directory: 'data', name: 'contacts', mode: 'mirror' }),
      checkpoints: createFileCheckpointStore({ directory: 'data' }),
    }
    const summary = await sync({ ...contacts, signal })
    report(`${summary.upserted} rows, ${summary.deleted} deletions, ${summary.commits} commits`)
    // end
    expect(lines.pop()).toBe('1 rows, 0 deletions, 1 commits')

    // example: fingerprints
    const fingerprints = createFingerprints({ directory: 'data/contacts.fingerprints' })
    await sync({ ...contacts, fingerprints, signal })
    // end
    await sync({ ...contacts, fingerprints, restart: true, signal })

    // example: verify
    const { ok, missing, stale, extra } = await verify({ ...contacts, fingerprints, repair: true, signal })
    report(ok ? 'equal' : `${missing + stale + extra} rows differed`)
    // end
    expect(lines.pop()).toBe('equal')

    const stop = (): void => controller.abort(new Error('enough'))
    // example: follow
    const following = sync({
      ...contacts,
      fingerprints,
      follow: { minIntervalMs: 5_000, maxIntervalMs: 60_000 },
      progress: true,
      signal,
      onEvent(event) {
        if (event.kind === 'reset') report(`read in full: ${event.reason}`)
        else if (event.kind === 'failed-poll') report(`${event.error.message}; again later`)
        else if (event.kind === 'waiting') stop()
      },
    })
    // end
    await expect(following).rejects.toThrow('enough')
    await client.close()
  })

  it('syncs several tables', async () => {
    const client = createClient({ url })
    const { signal } = new AbortController()
    // example: tables
    const checkpoints = createFileCheckpointStore({ directory: 'data' })
    const tables = ['accounts', 'contacts'].map((entitySet) => ({
      name: entitySet,
      source: createChangeFeed(client, { entitySet }),
      sink: createFileSink({ directory: 'data', name: entitySet }),
      checkpoints,
    }))
    const result = await syncTables(tables, { concurrency: 4, signal })
    for (const table of result.tables) {
      if (!table.ok) report(`${table.name} failed: ${table.error}`)
    }
    // end
    expect(result.ok).toBe(true)
    expect(lines).toEqual([])
    await client.close()
  })
})
