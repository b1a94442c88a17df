// The code between the marks is what the README shows; a check of the repository compares the two.

import { createClient, type TokenCredential } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createPostgresCheckpointStore, createPostgresSink } from '@deltaverse/postgres'
import { sync } from '@deltaverse/sync'
import { checkpointOf } from '@deltaverse/testing'
import { Pool } from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnPostgres } from './support/test-database.js'

const credential: TokenCredential = {
  getToken: async () => ({ token: 'test', expiresOnTimestamp: Date.now() + 3_600_000 }),
}
const report = (text: string): void => {
  expect(text).toBeDefined()
}
const { signal } = new AbortController()

describeOnPostgres('the README', (database) => {
  let emulator: Emulator
  let url: string
  let connectionString: string

  beforeEach(async () => {
    emulator = await startEmulator()
    url = emulator.url
    emulator.table('accounts').create({ name: 'Contoso', revenue: 12.5 })
    const { host, port, user, database: name } = database.server.settings
    connectionString = `postgres://${user}@${host}:${port}/${name}`
  })
  afterEach(() => emulator.close())

  it('keeps a table by a sync', async () => {
    // example: sync
    const client = createClient({ url, credential })
    const pool = new Pool({ connectionString })
    pool.on('error', ({ message }) => report(`an idle connection broke: ${message}`))
    const select = ['name', 'revenue', 'statecode', '_primarycontactid_value', 'modifiedon']

    await sync({
      name: 'accounts',
      source: createChangeFeed(client, { entitySet: 'accounts', select }),
      sink: createPostgresSink({ pool, table: 'accounts' }),
      signal,
    })
    // end
    expect(await database.query('SELECT name, revenue FROM accounts')).toEqual([
      { name: 'Contoso', revenue: '12.5' },
    ])
    await pool.end()
    await client.close()
  })

  it('keeps a table of columns by hand', async () => {
    const client = createClient({ url, credential })
    const pool = new Pool({ connectionString })
    pool.on('error', () => {})
    // example: manual
    const sink = createPostgresSink({
      pool,
      schema: 'crm',
      table: 'customers',
      columns: [
        { member: 'name', type: 'text', column: 'customer name' },
        { member: 'revenue', type: 'decimal' },
        { member: 'statecode@OData.Community.Display.V1.FormattedValue', type: 'text', column: 'status' },
      ],
      deletions: 'soft',
    })
    const stored = await sink.loadState('customers')
    let revision = stored?.revision
    await sink.open(stored?.state.position)
    const feed = createChangeFeed(client, {
      entitySet: 'accounts',
      select: ['name', 'revenue', 'statecode'],
      annotations: 'OData.Community.Display.V1.FormattedValue',
      checkpoint: stored?.state.checkpoint,
    })
    for await (const { reset, changes, complete, checkpoint } of feed.pages({ signal })) {
      await sink.write([reset, ...changes, complete].filter((event) => event !== undefined))
      revision = (await sink.commitWith('customers', { version: 1, checkpoint }, revision)).revision
    }
    await sink.close()
    // end
    expect(await database.query('SELECT "customer name", status FROM crm.customers')).toEqual([
      { 'customer name': 'Contoso', status: 'Active' },
    ])
    await pool.end()
    await client.close()
  })

  it('keeps checkpoints for other sinks', async () => {
    const pool = new Pool({ connectionString })
    pool.on('error', () => {})
    const checkpoint = checkpointOf()
    // example: checkpoints
    const checkpoints = createPostgresCheckpointStore({ pool, schema: 'sync' })
    const lease = await checkpoints.acquire('contacts')
    const stored = await checkpoints.load('contacts')
    await checkpoints.save('contacts', { version: 1, checkpoint, position: 17 }, stored?.revision)
    await lease.release()
    // end
    expect((await checkpoints.load('contacts'))?.state.position).toBe(17)
    await pool.end()
  })
})
