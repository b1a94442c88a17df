import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createSqliteSink, type SqliteSinkOptions } from '@deltaverse/sqlite'
import { type SyncEvent, sync } from '@deltaverse/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const narrow = ['name', 'accountnumber']
const wide = [...narrow, 'telephone1', 'revenue', 'statecode']

let emulator: Emulator
let client: DataverseClient
let path: string
let ids: string[]
beforeEach(async () => {
  emulator = await startEmulator({ maxPageSize: 7 })
  client = createClient({ url: emulator.url })
  path = place.fresh()
  const accounts = emulator.table('accounts')
  for (const row of accounts.rows()) accounts.remove(String(row.accountid))
  ids = Array.from({ length: 30 }, (_, at) =>
    accounts.create({
      name: `Account ${at}`,
      accountnumber: `A${at}`,
      telephone1: `+${at}`,
      revenue: at / 4,
    }),
  )
})
afterEach(async () => {
  await client.close()
  await emulator.close()
})

async function run(
  select: readonly string[] | undefined,
  options: Partial<SqliteSinkOptions> = {},
  onStep?: () => void,
): Promise<SyncEvent[]> {
  const events: SyncEvent[] = []
  await sync({
    name: 'accounts',
    source: createChangeFeed(client, { entitySet: 'accounts', select }),
    sink: createSqliteSink({ file: path, table: 'accounts', ...options }),
    commitBytes: 200,
    backfillPauseMs: 0,
    onEvent: (event) => events.push(event),
    onStep: (step) => {
      if (step === 'columns-read') onStep?.()
    },
  })
  return events
}

async function expectExact({ deletions }: Partial<SqliteSinkOptions> = {}): Promise<void> {
  const where = deletions === 'soft' ? 'WHERE deleted_at IS NULL' : ''
  const held = await place.query(
    path,
    `SELECT id, row_version, ${wide.join(', ')} FROM accounts ${where} ORDER BY id`,
  )
  const expected = emulator
    .table('accounts')
    .rows()
    .map((row) => ({
      id: row.accountid,
      row_version: Number(row.versionnumber),
      ...Object.fromEntries(wide.map((name) => [name, row[name]])),
      revenue: row.revenue === null ? null : String(row.revenue),
    }))
  expect(held).toEqual(expected.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1)))
}

const ways: readonly Partial<SqliteSinkOptions>[] = [
  {},
  { deletions: 'soft', resync: 'at-end' },
  { onBadRow: 'dead-letter', deadLetterFile: join(tmpdir(), `added-columns-${process.pid}.ndjson`) },
]
describe.each(ways)('a column that comes later (%j)', (options) => {
  it('is put into the rows that are there, and only into these, while somebody writes', async () => {
    await run(narrow, options)
    const accounts = emulator.table('accounts')
    let round = 0
    const events = await run(wide, options, () => {
      round += 1
      accounts.update(ids[(round * 11) % 30]!, { telephone1: `new ${round}` })
      if (round < 4) accounts.remove(ids.splice(20, 1)[0]!)
      ids.push(accounts.create({ name: `Late ${round}`, revenue: 7 }))
    })
    expect(events.filter(({ kind }) => kind === 'reset')).toEqual([])
    await run(wide, options)
    await expectExact(options)
  })

  it('is filled again when the table has lost it', async () => {
    await run(wide, options)
    const database = await place.open(path)
    database.exec(
      'ALTER TABLE accounts RENAME COLUMN telephone1 TO phone; ALTER TABLE accounts DROP COLUMN revenue',
    )
    database.close()
    const events = await run(wide, options)
    expect(events.find(({ kind }) => kind === 'columns-added')).toMatchObject({
      columns: ['telephone1', 'revenue'],
      filled: 'by-backfill',
    })
    await expectExact(options)
    expect((await run(wide, options)).find(({ kind }) => kind === 'columns-added')).toBeUndefined()
  })

  it('is filled when it is named in the sink long after it was read', async () => {
    const columns = wide.map((member) => ({
      member,
      type:
        member === 'revenue'
          ? ('decimal' as const)
          : member === 'statecode'
            ? ('int32' as const)
            : ('text' as const),
    }))
    await run(wide, { ...options, columns: columns.slice(0, 2) })
    await run(wide, { ...options, columns })
    await expectExact(options)
  })

  it('is filled although the run that made it was broken off', async () => {
    await run(wide, options)
    const database = await place.open(path)
    database.exec('ALTER TABLE accounts DROP COLUMN telephone1')
    database.close()
    for (const at of [1, 2, 3]) {
      let taken = 0
      const broken = run(wide, options, () => {
        taken += 1
        if (taken === at) throw new Error('crash')
      })
      await expect(broken).rejects.toThrow('crash')
    }
    const sink = createSqliteSink({ file: path, table: 'accounts', ...options })
    await sink.close()
    await run(wide, options)
    await expectExact(options)
  })
})
