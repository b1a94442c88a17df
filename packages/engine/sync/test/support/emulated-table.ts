import { createClient, type DataverseClient } from '@deltaverse/client'
import { type ChangeFeed, type ChangeFeedOptions, createChangeFeed } from '@deltaverse/dataverse'
import { type Emulator, type EmulatorOptions, startEmulator } from '@deltaverse/emulator'
import { expect } from 'vitest'

/** The table that the tests of this package sync: products on an emulator. */
export interface EmulatedTable {
  readonly emulator: Emulator
  readonly client: DataverseClient
  feed(options?: Partial<ChangeFeedOptions>): ChangeFeed
  /** Creates rows numbered from where the last call ended. @returns their ids */
  add(count: number): string[]
  change(id: string, name: string): void
  remove(id: string): void
  /** What a sink must hold now: id to name and number. */
  expected(): Map<string, string>
  stop(): Promise<void>
}

const select = ['name', 'productnumber']

export async function startTable(options: EmulatorOptions = {}): Promise<EmulatedTable> {
  const emulator = await startEmulator(options)
  const client = createClient({ url: emulator.url, retry: { maxAttempts: 1 } })
  const table = emulator.table('products')
  let created = 0
  return {
    emulator,
    client,
    feed: (feedOptions) =>
      createChangeFeed(client, { entitySet: 'products', select, maxPageRetries: 0, ...feedOptions }),
    add: (count) =>
      Array.from({ length: count }, () => {
        created += 1
        return table.create({ name: `Product ${created}`, productnumber: `P${created}` })
      }),
    change: (id, name) => table.update(id, { name }),
    remove: (id) => table.remove(id),
    expected: () => new Map(table.rows().map((row) => [String(row.productid), describeRow(row)])),
    async stop() {
      await client.close()
      await emulator.close()
    },
  }
}

/** Compares what a sink holds with what is in the table. */
export function expectExact(held: ReadonlyMap<string, string>, table: EmulatedTable): void {
  const described = new Map([...held].map(([id, text]) => [id, describeRow(JSON.parse(text))]))
  expect(sorted(described)).toEqual(sorted(table.expected()))
}

function describeRow({ name, productnumber }: Record<string, unknown>): string {
  return `${productnumber}: ${name}`
}

function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}
