import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createClient, type DataverseClient } from '@deltaverse/client'
import { createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createFileSink } from '@deltaverse/files'
import { sync } from '@deltaverse/sync'
import { parse } from 'csv-parse'
import pLimit from 'p-limit'
import { describe, expect, it } from 'vitest'
import { plainRow, plainRows, type RebuiltTable, rebuildTable } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

interface Change {
  readonly Date: string
  readonly StockCode: string
  readonly Description: string
  readonly UnitPrice: string
}

const path =
  process.env.DELTAVERSE_ONLINE_RETAIL ??
  fileURLToPath(new URL('../../../../shared/data/online-retail-changes.csv', import.meta.url))
const isThere = existsSync(path)

describe(`the trading days of a retailer${isThere ? '' : ` (not run: there is no ${path}; name it in DELTAVERSE_ONLINE_RETAIL)`}`, () => {
  it.skipIf(!isThere)(
    'are in the file after every day, exactly as in the table',
    { timeout: 180_000 },
    async () => {
      const days = await readDays()
      expect(days.size).toBeGreaterThanOrEqual(300)
      const directory = temporaryFolder()
      const emulator = await startEmulator()
      const client = createClient({ url: emulator.url })
      try {
        const rebuilt = rebuildTable(join(directory, 'products.000001.ndjson'))
        let seen = 0
        for (const changes of days.values()) {
          await upsertAll(client, changes)
          await readFeed(client, directory)
          rebuilt.readOn()
          const written = emulator.history().slice(seen)
          seen += written.length
          expectSame(rebuilt, emulator, [...written.map(({ id }) => id), ...rebuilt.touched])
        }
        expect(plainRows(rebuilt.rows.values())).toEqual(plainRows(emulator.table('products').rows()))
        expect(rebuilt.rows.size).toBeGreaterThan(3000)
      } finally {
        await client.close()
        await emulator.close()
      }
    },
  )
})

async function readDays(): Promise<ReadonlyMap<string, readonly Change[]>> {
  const days = new Map<string, Change[]>()
  const rows: AsyncIterable<Change> = createReadStream(path).pipe(parse({ columns: true }))
  for await (const row of rows) {
    const day = days.get(row.Date)
    if (day === undefined) days.set(row.Date, [row])
    else day.push(row)
  }
  return days
}

/** One upsert for each change, by alternate key, as an importer sends them. */
async function upsertAll(client: DataverseClient, changes: readonly Change[]): Promise<void> {
  const limit = pLimit(8)
  await limit.map(changes, async (change) => {
    const path = `products(productnumber='${encodeURIComponent(change.StockCode)}')`
    const response = await client.request({ method: 'PATCH', path, body: columnsOf(change) })
    await response.discard()
  })
}

function columnsOf({ StockCode, Description, UnitPrice }: Change): Record<string, unknown> {
  return { name: Description === '' ? StockCode : Description, price: Number(UnitPrice) }
}

async function readFeed(client: DataverseClient, directory: string): Promise<void> {
  await sync({
    name: 'products',
    source: createChangeFeed(client, {
      entitySet: 'products',
      primaryKey: 'productid',
      tokenLifetimeDays: 7,
    }),
    sink: createFileSink({ directory, name: 'products' }),
    checkpoints: createFileCheckpointStore({ directory }),
  })
}

/** Rows that neither the day nor the feed touched are as they were after the day before. */
function expectSame(rebuilt: RebuiltTable, emulator: Emulator, touched: readonly string[]): void {
  const products = emulator.table('products')
  expect(rebuilt.rows.size).toBe(products.count())
  for (const id of new Set(touched)) {
    const row = products.get(id)
    const line = rebuilt.rows.get(id)
    expect(line && plainRow(line)).toEqual(row && plainRow(row))
  }
}
