import { createClient, type DataverseClient } from '@deltaverse/client'
import type { RowKey, UpsertedChange } from '@deltaverse/core'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChangeFeed } from '../../src/index.js'

let emulator: Emulator
let client: DataverseClient

beforeEach(async () => {
  emulator = await startEmulator()
  client = createClient({ url: emulator.url, retry: { maxAttempts: 1 } })
})

afterEach(async () => {
  await client.close()
  await emulator.close()
})

const feedOf = (options = {}) =>
  createChangeFeed(client, { entitySet: 'products', select: ['name'], pageSize: 2, ...options })

function addProducts(count: number, from = 0): string[] {
  const table = emulator.table('products')
  return Array.from({ length: count }, (_, index) =>
    table.create({ name: `Product ${from + index}`, productnumber: `P${from + index}` }),
  )
}

async function gather<T>(groups: AsyncIterable<readonly T[]>): Promise<T[]> {
  const gathered: T[] = []
  for await (const group of groups) gathered.push(...group)
  return gathered
}

const byId = (a: RowKey, b: RowKey) => (a.id < b.id ? -1 : 1)

describe('count', () => {
  it('tells the number of rows', async () => {
    addProducts(7)
    expect(await feedOf().count()).toEqual({ rows: 7, certainty: 'exact' })
  })

  it('asks for the figure that the service keeps where it stops counting', async () => {
    addProducts(500)
    expect(await feedOf().count()).toEqual({ rows: 500, certainty: 'at-least' })
    expect(emulator.requests.at(-1)?.url).toContain('RetrieveTotalRecordCount')
    addProducts(1, 500)
    expect(await feedOf().count()).toEqual({ rows: 501, certainty: 'exact' })
    addProducts(4_501, 501)
    expect(await feedOf().count()).toEqual({ rows: 5_002, certainty: 'estimate' })
  })

  it('refuses an answer that is no number', async () => {
    emulator.faults.next({ url: '$count', status: 200, body: 'html' })
    await expect(feedOf().count()).rejects.toMatchObject({ code: 'bad-response' })
  })
})

describe('keys', () => {
  it('tells the keys and versions of all rows, as changes have them', async () => {
    addProducts(5)
    const changes = (await gather(feedOf().read())).filter((event) => event.kind === 'upserted')
    const keys = await gather(feedOf().keys())
    expect(keys.sort(byId)).toEqual(changes.map(({ id, rowVersion }) => ({ id, rowVersion })).sort(byId))
    expect(keys[0]?.rowVersion).toMatch(/^\d+$/)
  })

  it('asks for nothing else', async () => {
    addProducts(1)
    const feed = feedOf({ annotations: '*' })
    await gather(feed.keys())
    expect(emulator.requests.at(-1)?.url).toContain('products?$select=productid')
    expect(emulator.requests.at(-1)?.headers.prefer).not.toContain('annotations')
    await expect(gather(feed.keys({ signal: AbortSignal.abort('enough') }))).rejects.toBe('enough')
  })
})

describe('rows', () => {
  it('brings rows by their keys in the very bytes of a change; those that are gone do not come', async () => {
    const ids = addProducts(120)
    const feed = feedOf({ annotations: '*' })
    const changes = (await gather(feed.read())).filter(
      (event): event is UpsertedChange => event.kind === 'upserted',
    )
    emulator.table('products').remove(ids[3]!)
    const wanted = ids.slice(0, 110)
    const asked = emulator.requests.length
    const rows = await gather(feed.rows(wanted))
    expect(emulator.requests.length - asked).toBe(3)
    expect(rows.map(({ id }) => id).sort()).toEqual(wanted.filter((id) => id !== ids[3]).sort())
    const texts = new Map(changes.map(({ id, bytes }) => [id, Buffer.from(bytes).toString()]))
    for (const { id, bytes } of rows) expect(Buffer.from(bytes).toString()).toBe(texts.get(id))
    expect(await gather(feed.rows([]))).toEqual([])
  })

  it('reads all columns where the feed does', async () => {
    const [id] = addProducts(1)
    const [row] = await gather(feedOf({ select: undefined }).rows([id!]))
    expect(row?.row).toMatchObject({ name: 'Product 0', productnumber: 'P0', productid: id })
  })

  it.each(['reset', 'close', 'complete'] as const)(
    'asks again for a page that breaks off, and tells nothing of it twice: %s',
    async (how) => {
      const ids = addProducts(4)
      const clock = { now: Date.now, delay: async () => {} }
      const feed = feedOf({ clock })
      emulator.faults.next({ url: /products\?.*filter/, cutBody: { afterBytes: 420, how } })
      const asked = emulator.requests.length
      const rows = await gather(feed.rows(ids))
      expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort())
      expect(emulator.requests.slice(asked).filter(({ url }) => /products\?.*filter/.test(url))).toHaveLength(
        2,
      )
    },
  )

  it('never takes the word of somebody else for rows that are gone', async () => {
    const ids = addProducts(1)
    const feed = feedOf({ maxPageRetries: 0 })
    emulator.faults.next({ url: /products\?.*filter/, status: 200, body: 'html' })
    await expect(gather(feed.rows(ids))).rejects.toMatchObject({ code: 'bad-response' })
    emulator.faults.next({ url: /products\?.*filter/, status: 200, code: '0x0', message: 'down' })
    await expect(gather(feed.rows(ids))).rejects.toMatchObject({ code: 'bad-response', retryable: true })
  })

  it('takes nothing into an address that is no key', async () => {
    await expect(gather(feedOf().rows(["x' or true"]))).rejects.toThrow(TypeError)
  })
})
