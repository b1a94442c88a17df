import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createMetadataReader, readTableSchema } from '@deltaverse/metadata'
import { createPostgresSink, type PostgresSinkOptions } from '@deltaverse/postgres'
import { sync } from '@deltaverse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestDatabase } from '../support/test-database.js'

const select = ['name', 'revenue', 'accountnumber', 'statecode', 'modifiedon']

/** From the service to the table, over an expired token. */
export function syncTests(database: TestDatabase): void {
  let emulator: Emulator
  let client: DataverseClient
  beforeAll(async () => {
    emulator = await startEmulator({ maxPageSize: 50 })
    client = createClient({ url: emulator.url })
  })
  afterAll(async () => {
    await client.close()
    await emulator.close()
  })

  const ways: readonly Partial<PostgresSinkOptions>[] = [{}, { deletions: 'soft', resync: 'at-end' }]
  it.each(ways)('ends in the state of the table, also over a token that expired (%j)', async (options) => {
    const schema = database.freshSchema()
    const tableSchema = await readTableSchema(createMetadataReader(client), { entitySet: 'accounts', select })
    const accounts = emulator.table('accounts')
    const ids = Array.from({ length: 230 }, (_, at) =>
      accounts.create({ name: `Account ${at}`, revenue: at / 4 }),
    )

    async function run(): Promise<void> {
      await sync({
        name: 'accounts',
        source: createChangeFeed(client, { entitySet: 'accounts', select }),
        sink: createPostgresSink({ pool: database.pool, schema, table: 'accounts', tableSchema, ...options }),
        commitBytes: 10_000,
      })
      const where = options.deletions === 'soft' ? 'WHERE deleted_at IS NULL' : ''
      const kept = await database.query(
        `SELECT id::text, row_version::text, name, revenue::double precision, statecode FROM ${schema}.accounts ${where} ORDER BY id`,
      )
      expect(kept).toEqual(
        accounts.rows().map((row) => ({
          id: row.accountid,
          row_version: String(row.versionnumber),
          name: row.name,
          revenue: row.revenue,
          statecode: row.statecode,
        })),
      )
    }

    await run()
    for (const id of ids.slice(0, 20)) accounts.remove(id)
    for (const id of ids.slice(20, 40)) accounts.update(id, { name: 'changed', revenue: null })
    await run()
    for (const id of ids.slice(40, 60)) accounts.remove(id)
    const created = accounts.create({ name: 'after' })
    emulator.deltaTokens.expireAll()
    await run()
    accounts.remove(created)
    await run()
    const [{ epoch } = {}] = await database.query(
      `SELECT (state->'checkpoint'->>'epoch')::integer AS epoch FROM ${schema}.deltaverse_state`,
    )
    expect(epoch).toBe(2)
  })
}
