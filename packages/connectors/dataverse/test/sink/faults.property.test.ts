import { createClient, type Interceptor } from '@deltaverse/client'
import {
  createUpsertWriter,
  type WriteOperation,
  type WriteResult,
  type WriteStrategy,
} from '@deltaverse/dataverse'
import { type Emulator, type FaultRule, startEmulator } from '@deltaverse/emulator'
import { createVirtualClock } from '@deltaverse/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onEveryRow } from './told-rows.js'

type Product = {
  productnumber: string
  name?: string
  description?: string
  stockvolume?: number
  statecode?: number
  statuscode?: number
}

const seeds = Number(process.env.WRITER_SEEDS ?? 40)
const poison = 'x'.repeat(101)

const columns: fc.Arbitrary<Product> = fc.record(
  {
    // Some keys that no address takes.
    productnumber: fc
      .integer({ min: 0, max: 12 })
      .map((number) => (number % 5 === 4 ? `P/${number}` : `P${number}`)),
    name: fc.oneof(
      { weight: 12, arbitrary: fc.string({ maxLength: 8 }).map((text) => `n${text}`) },
      { weight: 1, arbitrary: fc.constant(poison) },
    ),
    description: fc.constantFrom('a', 'b', 'c'),
    stockvolume: fc.integer({ min: 0, max: 99 }),
  },
  { requiredKeys: ['productnumber'] },
)
const state: fc.Arbitrary<Partial<Product>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ statecode: 0, statuscode: 1 }) },
  { weight: 1, arbitrary: fc.constant({ statecode: 1, statuscode: 2 }) },
)
const row: fc.Arbitrary<Product> = fc.tuple(columns, state).map(([some, more]) => ({ ...some, ...more }))

const writes = { url: /products|\$batch/ }
const action: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.constant({ drop: 'before-effect' } as const),
  fc.constant({ drop: 'after-effect' } as const),
  fc.constant({ status: 429, code: '0x80072322', retryAfterSeconds: 7 }),
  fc.constant({ status: 503, body: 'html' } as const),
  fc.constant({ status: 503, afterEffect: true, body: 'html' } as const),
  fc.constant({
    status: 500,
    code: '0x80044150',
    message:
      ' Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: 1205',
  }),
  fc.record({
    cutBody: fc.record({ afterBytes: fc.nat(800), how: fc.constantFrom('reset', 'close', 'complete') }),
  }) as fc.Arbitrary<FaultRule>,
)
const fault: fc.Arbitrary<FaultRule> = fc
  .record({
    method: fc.constantFrom('POST', 'PATCH'),
    nth: fc.integer({ min: 1, max: 12 }),
    times: fc.integer({ min: 1, max: 2 }),
    inBatch: fc.constantFrom(undefined, true, false),
    action,
  })
  .map(({ action: each, ...match }) => ({ ...writes, ...match, ...each }))

const job = fc.record({
  rows: fc.array(row, { maxLength: 60 }),
  faults: fc.array(fault, { maxLength: 5 }),
  batchSize: fc.integer({ min: 1, max: 25 }),
  concurrency: fc.integer({ min: 1, max: 5 }),
})

async function withEmulator(
  faults: readonly FaultRule[],
  use: (
    emulator: Emulator,
    client: ReturnType<typeof createClient>,
    clock: ReturnType<typeof createVirtualClock>,
  ) => Promise<void>,
): Promise<void> {
  const clock = createVirtualClock()
  const emulator = await startEmulator({ organization: { createproductswithoutparentinactivestate: true } })
  const client = createClient({
    url: emulator.url,
    clock,
    random: () => 0.5,
    interceptors: [createOrderCheck()],
  })
  try {
    // The definitions are read first, so that faults meet writes.
    for (const rule of faults) emulator.faults.add(rule)
    await use(emulator, client, clock)
  } finally {
    await client.close()
    await emulator.close()
  }
}

/** Fails a request while another one that names a row of the same key is under way. */
function createOrderCheck(): Interceptor {
  const underWay = new Set<string>()
  return (next) => async (request) => {
    if (request.method === 'GET') return next(request)
    const text = `${request.path} ${String(request.body)}`
    const keys = new Set(
      [...text.matchAll(/productnumber(?:='|":")([^'"]*)|products\(([-0-9a-f]{36})\)/g)].map(String),
    )
    for (const key of keys) {
      if (underWay.has(key)) throw new Error(`two requests of ${key} are under way`)
      underWay.add(key)
    }
    try {
      return await next(request)
    } finally {
      for (const key of keys) underWay.delete(key)
    }
  }
}

const written = new Set(['created', 'updated', 'upserted', 'unchanged'])

/** What the table must hold if the results tell the truth. */
function replayResults(
  rows: readonly Product[],
  results: readonly WriteResult<Product>[],
): Map<string, Product> {
  const table = new Map<string, Product>()
  const byIndex = new Map(results.map((result) => [result.index, result]))
  for (const [index, each] of rows.entries()) {
    const result = byIndex.get(index)!
    const final = result.status === 'superseded' ? byIndex.get(result.supersededBy!)! : result
    if (!written.has(final.status)) continue
    const before = table.get(each.productnumber) ?? { statecode: 0, statuscode: 1 }
    table.set(each.productnumber, { ...before, ...each })
  }
  return table
}

function readTable(emulator: Emulator): Map<string, Product> {
  const names = ['productnumber', 'name', 'description', 'stockvolume', 'statecode', 'statuscode'] as const
  return new Map(
    emulator
      .table('products')
      .rows()
      .map((stored) => {
        const entries = names.map((name) => [name, stored[name]]).filter(([, value]) => value !== null)
        return [stored.productnumber as string, Object.fromEntries(entries) as Product]
      }),
  )
}

describe.each<{ strategy: WriteStrategy; changesetSize?: number; skipUnchanged?: boolean }>([
  { strategy: 'bulk' },
  { strategy: 'batch' },
  { strategy: 'batch', changesetSize: 4 },
  { strategy: 'single' },
  { strategy: 'auto', skipUnchanged: true },
  { strategy: 'batch', skipUnchanged: true },
])('whatever goes wrong, with %j', (options) => {
  it('results and table agree row for row, and only rows that are bad fail', async () => {
    await fc.assert(
      fc.asyncProperty(job, async ({ rows, faults, batchSize, concurrency }) => {
        await withEmulator(faults, async (emulator, client, clock) => {
          const writer = createUpsertWriter<Product>(client, {
            entitySet: 'products',
            key: ['productnumber'],
            batchSize,
            concurrency,
            maxAttempts: 20,
            clock,
            random: () => 0.5,
            ...options,
          })
          const results: WriteResult<Product>[] = []
          for await (const result of writer.results(rows)) results.push(result)
          expect(results.map(({ index }) => index).sort((a, b) => a - b)).toEqual(
            rows.map((_, index) => index),
          )
          for (const result of results) {
            if (result.status === 'failed') expect(result.row.name, String(result.error)).toBe(poison)
            else expect(written.has(result.status) || result.status === 'superseded').toBe(true)
          }
          expect(readTable(emulator)).toEqual(replayResults(rows, results))
        })
      }),
      { numRuns: seeds },
    )
  }, 300_000)
})

describe('whatever goes wrong with creates', () => {
  it.each<WriteStrategy>(['bulk', 'batch', 'single'])(
    'no row appears twice, with %s',
    async (strategy) => {
      await fc.assert(
        fc.asyncProperty(job, async ({ rows, faults, batchSize, concurrency }) => {
          await withEmulator(faults, async (emulator, client, clock) => {
            const writer = createUpsertWriter<{ name?: string }>(client, {
              entitySet: 'accounts',
              operation: 'create',
              strategy,
              batchSize,
              concurrency,
              maxAttempts: 20,
              clock,
              random: () => 0.5,
            })
            for (const rule of faults) emulator.faults.add({ ...rule, url: /accounts|\$batch/ })
            const accounts = rows.map(({ name = 'n' }) => ({
              name: name === poison ? 'x'.repeat(161) : name,
            }))
            const ids: string[] = []
            const summary = await writer.write(
              accounts,
              onEveryRow(({ id, status }) => void (status === 'created' && ids.push(id!))),
            )
            const bad = accounts.filter(({ name }) => name.length > 160).length
            expect(summary).toMatchObject({ rows: rows.length, created: rows.length - bad, failed: bad })
            const stored = emulator.table('accounts').rows()
            expect(stored.map(({ accountid }) => accountid).sort()).toEqual(ids.sort())
          })
        }),
        { numRuns: Math.ceil(seeds / 2) },
      )
    },
    300_000,
  )
})

/** What the table must hold when each row has done its work where it found something. */
function afterAll(
  operation: WriteOperation,
  before: ReadonlyMap<string, Product>,
  rows: readonly Product[],
): Map<string, Product> {
  const table = new Map(before)
  for (const row of rows) {
    const stored = table.get(row.productnumber)
    if (stored === undefined) continue
    if (operation === 'delete') table.delete(row.productnumber)
    else if (operation === 'update') table.set(row.productnumber, { ...stored, ...row })
    else table.set(row.productnumber, { ...stored, statecode: 1, statuscode: 2 })
  }
  return table
}

describe('whatever goes wrong with rows that are there, or not', () => {
  it.each<[WriteOperation, WriteStrategy]>([
    ['update', 'batch'],
    ['update', 'single'],
    ['deactivate', 'batch'],
    ['delete', 'batch'],
    ['delete', 'single'],
  ])(
    '%s touches only what it names and finds, by %s',
    async (operation, strategy) => {
      // A deletion whose answer got lost may find nothing because it was done: so nobody can tell the two apart.
      const [found, missed] =
        operation === 'delete'
          ? [/deleted|unchanged|superseded/, /deleted|unchanged|superseded/]
          : [/updated|superseded/, /failed/]
      await fc.assert(
        fc.asyncProperty(job, async ({ rows: given, faults, batchSize, concurrency }) => {
          const rows = given.filter(({ name }) => name !== poison)
          await withEmulator([], async (emulator, client, clock) => {
            for (const number of [0, 2, 4, 6, 8, 10, 12]) {
              const productnumber = number % 5 === 4 ? `P/${number}` : `P${number}`
              emulator.table('products').create({ productnumber, name: 'as it was', stockvolume: 1 })
            }
            const before = readTable(emulator)
            for (const { method: _, ...rule } of faults) {
              emulator.faults.add({ ...rule, url: /products\(|\$batch/ })
            }
            const writer = createUpsertWriter<Product>(client, {
              entitySet: 'products',
              key: ['productnumber'],
              operation,
              strategy,
              batchSize,
              concurrency,
              maxAttempts: 20,
              clock,
              random: () => 0.5,
            })
            for await (const { status, row, error } of writer.results(rows)) {
              expect(status, String(error)).toMatch(before.has(row.productnumber) ? found! : missed!)
            }
            expect(readTable(emulator)).toEqual(afterAll(operation, before, rows))
          })
        }),
        { numRuns: Math.ceil(seeds / 2) },
      )
    },
    300_000,
  )
})
