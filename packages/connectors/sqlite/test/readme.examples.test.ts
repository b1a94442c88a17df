// The code between the marks is what the README shows; a check of the repository compares the two.

import { createClient, type TokenCredential } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createSqliteCheckpointStore, createSqliteSink } from '@deltaverse/sqlite'
import { sync } from '@deltaverse/sync'
import { checkpointOf } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const { signal } = new AbortController()
const place = filePlace()

describe('the README', () => {
  let emulator: Emulator
  let url: string
  beforeEach(async () => {
    emulator = await startEmulator()
    url = emulator.url
    emulator.table('accounts').create({ name: 'Contoso', revenue: 12.5 })
  })
  afterEach(() => emulator.close())

  it('keeps a table by a sync', async () => {
    const file = place.fresh()
    // example: sync
    const client = createClient({ url, credential })
    const select = ['name', 'revenue', 'statecode', '_primarycontactid_value', 'modifiedon']

    await sync({
      name: 'accounts',
      source: createChangeFeed(client, { entitySet: 'accounts', select }),
      sink: createSqliteSink({ file, table: 'accounts' }),
      signal,
    })
    // end
    expect(await place.query(file, 'SELECT name, revenue FROM accounts')).toEqual([
      { name: 'Contoso', revenue: '12.5' },
    ])
    await client.close()
  })

  it('keeps checkpoints for other sinks', async () => {
    const file = place.fresh()
    const checkpoint = checkpointOf()
    // example: checkpoints
    const checkpoints = createSqliteCheckpointStore({ file })
    const lease = await checkpoints.acquire('contacts')
    const stored = await checkpoints.load('contacts')
    await checkpoints.save('contacts', { version: 1, checkpoint, position: 17 }, stored?.revision)
    await lease.release()
    // end
    expect((await checkpoints.load('contacts'))?.state.position).toBe(17)
  })
})
