import { createClient, type DataverseClient } from '@deltaverse/client'
import {
  createLinkWriter,
  type LinkPair,
  type LinkResult,
  type LinkWriterOptions,
} from '@deltaverse/dataverse'
import { type Emulator, type EmulatorOptions, type FaultRule, startEmulator } from '@deltaverse/emulator'
import { createVirtualClock } from '@deltaverse/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient } from './recording-client.js'

const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const lead = (number: number) => guid(100 + number)
const product = (number: number) => guid(200 + number)

const rows = {
  leads: [1, 2, 3].map((number) => ({ leadid: lead(number), lastname: `L${number}` })),
  products: [1, 2, 3, 4].map((number) => ({
    productid: product(number),
    productnumber: number === 4 ? 'P/4' : `P${number}`,
    name: `Product ${number}`,
  })),
}

let emulator: Emulator
let client: DataverseClient

async function start(options: EmulatorOptions = {}): Promise<void> {
  await client?.close()
  await emulator?.close()
  emulator = await startEmulator({ rows, ...options })
  // Scripts of faults may break one request off many times in a row; definitions are asked for by the client alone.
  const retry = { maxAttempts: 20 }
  client = createClient({ url: emulator.url, clock: createVirtualClock(), random: () => 0, retry })
}

beforeEach(() => start())
afterEach(async () => {
  await client.close()
  await emulator.close()
})

const writer = (options: Partial<LinkWriterOptions> = {}, by = client) =>
  createLinkWriter(by, {
    entitySet: 'leads',
    navigation: 'leadproduct_association',
    clock: createVirtualClock(),
    random: () => 0,
    ...options,
  })

async function statusesOf(
  pairs: readonly LinkPair[],
  options: Partial<LinkWriterOptions> = {},
): Promise<readonly string[]> {
  const statuses: string[] = []
  await writer(options).write(pairs, {
    onEvent(event) {
      if ('result' in event) statuses[event.result.index] = event.result.status
    },
  })
  return statuses
}

const stored = () =>
  emulator
    .table('leadproduct')
    .rows()
    .map((row) => `${String(row.leadid).slice(-1)}-${String(row.productid).slice(-1)}`)
    .sort()

const key = (number: number) => ({ productnumber: number === 4 ? 'P/4' : `P${number}` })

describe('pairs', () => {
  it('are made and taken apart in one batch, by ids or by alternate keys, whatever characters these hold', async () => {
    const recording = createRecordingClient(emulator.url)
    const made = await writer({}, recording.client).write([
      { from: lead(1), to: product(1) },
      { from: lead(1), to: key(2) },
      { from: lead(2), to: key(4) },
    ])
    expect(made).toMatchObject({ pairs: 3, associated: 3, requests: 1, reads: 1 })
    expect(stored()).toEqual(['1-1', '1-2', '2-4'])
    expect(recording.writes.map(({ path }) => path)).toEqual(['$batch'])
    await recording.client.close()
    expect(
      await statusesOf([
        { kind: 'disassociate', from: lead(1), to: key(1) },
        { kind: 'disassociate', from: lead(2), to: product(4) },
        { kind: 'associate', from: lead(3), to: key(1) },
      ]),
    ).toEqual(['disassociated', 'disassociated', 'associated'])
    expect(stored()).toEqual(['1-2', '3-1'])
  })

  it('are made from the other side of the relationship as well', async () => {
    const other = writer({ entitySet: 'products' })
    expect(await other.write([{ from: key(1), to: lead(2) }])).toMatchObject({ associated: 1 })
    expect(stored()).toEqual(['2-1'])
  })

  const settings = [
    [{ existingLinkStatus: 412, missingLinkStatus: 404 }, {}],
    [{ existingLinkStatus: 412, missingLinkStatus: 404 }, { skipUnchanged: true }],
    [{ existingLinkStatus: 204, missingLinkStatus: 204 }, { skipUnchanged: true }],
  ] as const
  it.each(settings)(
    'of a second run are unchanged, of a service with %j and a writer with %j',
    async (service, options) => {
      await start(service)
      const pairs: LinkPair[] = [
        { from: lead(1), to: product(1) },
        { from: lead(2), to: key(2) },
        { kind: 'disassociate', from: lead(3), to: key(3) },
        { kind: 'disassociate', from: lead(3), to: { productnumber: 'gone' } },
      ]
      await statusesOf(pairs, options)
      expect(await statusesOf(pairs, options)).toEqual(pairs.map(() => 'unchanged'))
      expect(stored()).toEqual(['1-1', '2-2'])
    },
  )

  it('that the service takes twice without a word are associated, and once in the table', async () => {
    await start({ existingLinkStatus: 204, missingLinkStatus: 204 })
    const pairs = [{ from: lead(1), to: product(1) }]
    await statusesOf(pairs)
    expect(await statusesOf(pairs)).toEqual(['associated'])
    expect(stored()).toEqual(['1-1'])
  })

  it('of which several words come at once end as the last one says', async () => {
    expect(
      await statusesOf([
        { kind: 'associate', from: lead(1), to: product(1) },
        { kind: 'disassociate', from: lead(1), to: product(1) },
        { kind: 'disassociate', from: lead(2), to: key(1) },
        { kind: 'associate', from: lead(2), to: key(1) },
      ]),
    ).toEqual(['superseded', 'unchanged', 'superseded', 'associated'])
    expect(stored()).toEqual(['2-1'])
  })

  it('whose rows are not there fail one by one, the others are made', async () => {
    const results: LinkResult[] = []
    for await (const result of writer().results([
      { from: lead(9), to: product(1) },
      { from: lead(1), to: { productnumber: 'none' } },
      { from: lead(1), to: { nosuch: 'x' } },
      { from: 'no guid', to: product(1) },
      { from: lead(1), to: { productnumber: null } },
      { kind: 'link' as 'associate', from: lead(1), to: product(1) },
      null as never,
      { from: lead(1), to: product(1) },
    ])) {
      results[result.index] = result
    }
    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['failed', 'not-found'],
      ['failed', 'not-found'],
      ['failed', 'bad-request'],
      ['failed', 'bad-input'],
      ['failed', 'bad-input'],
      ['failed', 'bad-input'],
      ['failed', 'bad-input'],
      ['associated', undefined],
    ])
    expect(results[1]?.error?.message).toContain("product(productnumber='none')")
    expect(stored()).toEqual(['1-1'])
  })

  it('that failed become dead letters that are replayed', async () => {
    const letters: unknown[] = []
    const links = writer()
    await links.write([{ from: lead(1), to: { productnumber: 'P9' } }], {
      onEvent(event) {
        if (event.kind === 'pair-failed')
          letters.push(JSON.parse(JSON.stringify(links.toDeadLetter(event.result))))
      },
    })
    expect(letters).toMatchObject([
      {
        entitySet: 'leads',
        navigation: 'leadproduct_association',
        pair: { from: lead(1), to: { productnumber: 'P9' } },
        code: 'not-found',
        retryable: false,
      },
    ])
    const [letter] = letters as [ReturnType<typeof links.toDeadLetter>]
    const corrected = { ...letter, pair: { ...letter.pair, to: key(3) } }
    expect(await links.replay([corrected])).toMatchObject({ associated: 1 })
    expect(stored()).toEqual(['1-3'])
    await expect(links.replay([{ ...letter, navigation: 'other' }])).rejects.toThrow(/cannot be replayed/)
  })

  it('carry the headers and the tag of the writer in each part', async () => {
    const recording = createRecordingClient(emulator.url)
    const links = writer({ bypassFlows: true, tag: 'a b', actAs: undefined }, recording.client)
    await links.write([{ from: lead(1), to: product(1) }])
    const [body = ''] = recording.bodies()
    expect(body).toContain('MSCRM.SuppressCallbackRegistrationExpanderJob: true')
    expect(body).toContain('/$ref?tag=a%20b ')
    await recording.client.close()
  })

  it('are pulled no further than the requests under way need', async () => {
    let pulled = 0
    function* endless(): Generator<LinkPair> {
      for (;;) {
        pulled += 1
        yield { from: guid(pulled), to: product(1) }
      }
    }
    for await (const { index } of writer({ batchSize: 10, concurrency: 1 }).results(endless())) {
      if (index >= 3) break
    }
    expect(pulled).toBeLessThan(5_000)
  })

  it('stop with the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    async function* source(): AsyncGenerator<LinkPair> {
      yield { from: lead(1), to: product(1) }
      stop.abort(reason)
      yield { from: lead(1), to: product(2) }
    }
    await expect(writer().write(source(), { signal: stop.signal })).rejects.toBe(reason)
  })
})

describe('a link writer', () => {
  it.each([
    ['leads', 'LeadProduct_association', /leadproduct_association/],
    ['products', 'product_tasks', /many-to-many/],
    ['nothings', 'a', /no table/],
  ])('of %s by %s says what there is instead', async (entitySet, navigation, message) => {
    const links = writer({ entitySet, navigation })
    await expect(links.write([])).rejects.toThrow(message)
  })

  it('refuses options that cannot be right', () => {
    expect(() => writer({ navigation: 'a/b' })).toThrow(/navigation/)
    expect(() => writer({ strategy: 'bulk' } as never)).toThrow(/strategy/)
    expect(() => writer({ batchSize: 0 })).toThrow(RangeError)
  })
})

const seeds = Number(process.env.WRITER_SEEDS ?? 40)
const faults: fc.Arbitrary<FaultRule> = fc
  .record({
    url: fc.constant(/leads|products|\$batch/),
    method: fc.constantFrom('POST', 'DELETE', 'GET'),
    nth: fc.integer({ min: 1, max: 8 }),
    times: fc.integer({ min: 1, max: 2 }),
    inBatch: fc.constantFrom(undefined, true, false),
    action: fc.constantFrom<FaultRule>(
      { drop: 'before-effect' },
      { drop: 'after-effect' },
      { status: 429, code: '0x80072322', retryAfterSeconds: 7 },
      { status: 503, afterEffect: true, body: 'html' },
      { status: 500, code: '0x80044150', message: 'Generic SQL error. Sql Number: 1205' },
      { cutBody: { afterBytes: 300, how: 'reset' } },
    ),
  })
  .map(({ action, ...match }) => ({ ...match, ...action }))
const pair: fc.Arbitrary<LinkPair> = fc.record({
  kind: fc.constantFrom('associate' as const, 'disassociate' as const),
  from: fc.integer({ min: 1, max: 3 }).map(lead),
  to: fc.integer({ min: 1, max: 4 }).map(key),
})

describe('whatever goes wrong', () => {
  it.each([{}, { skipUnchanged: true }])(
    'pairs end as the last word on each says, with %j',
    async (options) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(pair, { maxLength: 40 }),
          fc.array(faults, { maxLength: 4 }),
          fc.integer({ min: 1, max: 10 }),
          async (pairs, rules, batchSize) => {
            await start()
            for (const rule of rules) emulator.faults.add(rule)
            const summary = await writer({ batchSize, concurrency: 3, maxAttempts: 20, ...options }).write(
              pairs,
            )
            expect(summary).toMatchObject({ pairs: pairs.length, failed: 0, notRun: 0 })
            const last = new Map(pairs.map(({ kind, from, to }) => [JSON.stringify([from, to]), kind]))
            const expected = [...last].flatMap(([name, kind]) => {
              const [from, to] = JSON.parse(name) as [string, { productnumber: string }]
              return kind === 'associate' ? [`${from.slice(-1)}-${to.productnumber.slice(-1)}`] : []
            })
            expect(stored()).toEqual(expected.sort())
          },
        ),
        { numRuns: seeds },
      )
    },
    300_000,
  )
})
