import { createKeyResolver, ref } from '@deltaverse/alternate-keys'
import { createVirtualClock } from '@deltaverse/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service
const ids = new Map<string, string>()

/** Values that an address, a filter or JSON could take for something else. */
const awkward = [
  "O'Neil",
  'a/b',
  'a%2Fb',
  '50%',
  'x & y',
  'a\\b',
  'say "hi"',
  'q?',
  'n#1',
  '1+1',
  'a,b',
  '[x]',
  'é',
  '日本',
  '😀',
  '_',
  'a b',
]

beforeAll(async () => {
  service = await startService({
    tables: [
      {
        logicalName: 'new_thing',
        columns: [
          { logicalName: 'new_code', type: 'string', maxLength: 100 },
          { logicalName: 'new_number', type: 'integer' },
          { logicalName: 'new_rate', type: 'decimal', precision: 4 },
          { logicalName: 'new_day', type: 'datetime', dateTimeBehavior: 'DateOnly' },
          { logicalName: 'new_at', type: 'datetime' },
          {
            logicalName: 'new_size',
            type: 'picklist',
            options: [
              { value: 1, label: 'S' },
              { value: 2, label: 'L' },
            ],
          },
          {
            logicalName: 'new_contactid',
            schemaName: 'new_ContactId',
            type: 'lookup',
            targets: [
              {
                table: 'contact',
                navigationProperty: 'new_ContactId',
                collectionNavigationProperty: 'new_thing_contact',
              },
            ],
          },
        ],
        keys: [
          { logicalName: 'new_bycode', columns: ['new_code'] },
          { logicalName: 'new_bydate', columns: ['new_at'] },
          { logicalName: 'new_byday', columns: ['new_day', 'new_number'] },
          { logicalName: 'new_byrate', columns: ['new_rate'] },
          { logicalName: 'new_bynumber', columns: ['new_number'], indexStatus: 'InProgress' },
          { logicalName: 'new_bycontact', columns: ['new_contactid', 'new_size'] },
        ],
      },
    ],
  })
  const contact = service.emulator
    .table('contacts')
    .create({ lastname: 'Ada', emailaddress1: 'ada@example.com' })
  const things = service.emulator.table('new_things')
  for (const code of awkward) ids.set(code, things.create({ new_code: code }))
  for (let number = 0; number < 40; number += 1) {
    ids.set(`n${number}`, things.create({ new_code: `n${number}`, new_number: number }))
  }
  ids.set(
    'typed',
    things.create({
      new_number: 7,
      new_rate: 12.5,
      new_day: '2026-03-25',
      new_at: '2026-03-25T17:42:47Z',
      new_size: 2,
      'new_ContactId@odata.bind': `contacts(${contact})`,
    }),
  )
})

afterAll(() => service.close())
beforeEach(() => void service.requestsSince())

const queries = () => service.requestsSince().filter((request) => !request.includes('EntityDefinitions'))

describe('createKeyResolver()', () => {
  it('finds thousands of rows in a handful of requests', async () => {
    const contacts = service.emulator.table('contacts')
    const created = Array.from({ length: 2_500 }, (_, index) =>
      contacts.create({ lastname: `Nr ${index}`, emailaddress1: `nr${index}@example.com` }),
    )
    const resolver = createKeyResolver(service.client)
    const keys = created.map((_, index) => ({ emailaddress1: `NR${index}@Example.com` }))
    const results = await resolver.resolveMany('contact', keys)
    expect(results.map(({ id }) => id)).toEqual(created)
    expect(results[0]?.key).toBe(keys[0])
    expect(queries().length).toBeLessThanOrEqual(4)
    expect(resolver.stats()).toMatchObject({ hits: 0, asked: 2_500, entries: 2_500 })
  })

  it('finds rows by values that an address or a filter could misread', async () => {
    const resolver = createKeyResolver(service.client)
    const results = await resolver.resolveMany(
      'new_thing',
      awkward.map((new_code) => ({ new_code })),
    )
    expect(results.map(({ id }) => id)).toEqual(awkward.map((code) => ids.get(code)))
    expect(queries()).toHaveLength(1)
  })

  it('types each value by its column, in any order of the columns', async () => {
    const resolver = createKeyResolver(service.client)
    const id = ids.get('typed')
    for (const key of [
      { new_rate: '12.500' },
      { new_rate: 12.5 },
      { new_day: '2026-03-25', new_number: 7 },
      { NEW_NUMBER: '7', new_day: new Date('2026-03-25T00:00:00Z') },
      { new_at: '2026-03-25T18:42:47+01:00' },
      { new_contactid: ref('contact', { emailaddress1: 'ADA@example.com' }), new_size: 2 },
      { _new_contactid_value: ref('contact', { lastname: 'ada' }), new_size: '2' },
    ]) {
      expect(await resolver.resolve('new_thing', key)).toMatchObject({ status: 'found', id })
    }
  })

  it('addresses rows as the service takes it: what it says can be read', async () => {
    const resolver = createKeyResolver(service.client)
    const keys = [
      ...awkward.map((new_code) => ({ key: { new_code }, id: ids.get(new_code) })),
      { key: { new_rate: 12.5 }, id: ids.get('typed') },
      { key: { new_number: 7, new_day: '2026-03-25' }, id: ids.get('typed') },
      { key: { new_at: '2026-03-25T17:42:47Z' }, id: ids.get('typed') },
      {
        key: { new_size: 2, new_contactid: ref('contact', { emailaddress1: 'ada@example.com' }) },
        id: ids.get('typed'),
      },
    ]
    for (const { key, id } of keys) {
      const address = await resolver.address('new_thing', key)
      if (!('path' in address)) throw new Error(`no address for ${JSON.stringify(key)}`)
      const response = await service.client.request({ method: 'GET', path: address.path })
      expect(await response.json()).toMatchObject({ new_thingid: id })
    }
    const [plain, slash] = await Promise.all([
      resolver.address('new_thing', { new_code: "O'Neil" }),
      resolver.address('new_thing', { new_code: 'a/b' }),
    ])
    expect(plain).toMatchObject({ status: 'by-key', path: "new_things(new_code='O''Neil')" })
    expect(slash).toMatchObject({ status: 'by-id', id: ids.get('a/b') })
  })

  it('refuses what cannot be addressed when told to', async () => {
    const resolver = createKeyResolver(service.client, { notAddressable: 'refuse' })
    const slash = await resolver.address('new_thing', { new_code: 'a/b' })
    expect(slash).toMatchObject({ status: 'invalid', error: { code: 'bad-request' } })
    expect(String('error' in slash && slash.error)).toContain('"/"')
    const noKey = await resolver.address('new_thing', { new_number: 5 })
    expect(String('error' in noKey && noKey.error)).toContain('no Active key (new_number)')
    expect(queries()).toEqual([])
  })

  it('does not address rows by a key whose index is not ready', async () => {
    const resolver = createKeyResolver(service.client)
    expect(await resolver.address('new_thing', { new_number: 5 })).toMatchObject({
      status: 'by-id',
      id: ids.get('n5'),
    })
  })

  it('refuses a part that is missing before anything is sent, naming column and value', async () => {
    const resolver = createKeyResolver(service.client)
    await resolver.metadata.table('new_thing')
    service.requestsSince()
    const results = await resolver.resolveMany('new_thing', [
      { new_code: null },
      { new_code: undefined },
      { new_code: '' },
      { new_number: 'seven' },
      { new_number: 1.5 },
      { new_cod: 'x' },
      {},
      { new_code: '\uD800' },
      { new_day: '2026-02-30', new_number: 1 },
      { new_contactid: 'Ada' },
      { new_code: 'x', NEW_CODE: 'y' },
      'no guid',
      null as never,
    ])
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'invalid'))
    const messages = results.map((result) => ('error' in result ? result.error.message : ''))
    expect(messages[0]).toContain("column 'new_code' of table 'new_thing' is null")
    expect(messages[3]).toContain("'seven' of column 'new_number'")
    expect(messages[5]).toContain("Did you mean 'new_code'")
    const codes = results.map((result) => ('error' in result ? result.error.code : undefined))
    // Where a name is wrong or missing, the call has to be mended; where a value is, the row.
    const ofCall = new Set([5, 6, 10, 11, 12])
    expect(codes).toEqual(results.map((_, at) => (ofCall.has(at) ? 'bad-request' : 'bad-input')))
    expect(queries()).toEqual([])
  })

  it('reports misses and ambiguous keys as results', async () => {
    const resolver = createKeyResolver(service.client)
    service.emulator.table('contacts').create({ lastname: 'Twin', nickname: 'T' })
    service.emulator.table('contacts').create({ lastname: 'Twin', nickname: 't' })
    expect(await resolver.resolve('contact', { nickname: 'nobody' })).toMatchObject({ status: 'missing' })
    const twins = await resolver.resolve('contact', { nickname: 'T' })
    expect(twins.status === 'ambiguous' && twins.ids).toHaveLength(2)
    const inner = await resolver.resolve('new_thing', {
      new_contactid: ref('contact', { nickname: 'T' }),
      new_size: 1,
    })
    expect(inner).toMatchObject({ status: 'invalid' })
    const orphan = await resolver.resolve('new_thing', {
      new_contactid: ref('contact', { nickname: 'nobody' }),
      new_size: 1,
    })
    expect(orphan.status).toBe('missing')
    await expect(resolver.resolve('nothing', { a: 1 })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('remembers what it found for a while, and that there is nothing for a shorter one', async () => {
    const clock = createVirtualClock()
    const resolver = createKeyResolver(service.client, { clock, ttlMs: 1_000, missTtlMs: 100 })
    const look = () => resolver.resolveMany('new_thing', [{ new_code: 'N1' }, { new_code: 'n999' }])
    await look()
    await look()
    expect(queries()).toHaveLength(1)
    clock.advance(100)
    await look()
    const [again] = queries()
    expect(again).toContain('n999')
    expect(again).not.toContain('N1')
    clock.advance(1_000)
    await look()
    expect(queries()[0]).toContain('N1')
    await resolver.remember('new_thing', { new_code: 'N999' }, ids.get('n1')!)
    expect(await resolver.resolve('new_thing', { new_code: 'n999' })).toMatchObject({ id: ids.get('n1') })
    resolver.forget('new_thing')
    expect(await resolver.resolve('new_thing', { new_code: 'n999' })).toMatchObject({ status: 'missing' })
  })

  it('keeps no more than it may, the ones used last', async () => {
    const resolver = createKeyResolver(service.client, { maxEntries: 2 })
    for (const code of ['n1', 'n2', 'n1', 'n3']) await resolver.resolve('new_thing', { new_code: code })
    expect(resolver.stats().entries).toBe(2)
    service.requestsSince()
    await resolver.resolve('new_thing', { new_code: 'n1' })
    expect(queries()).toHaveLength(0)
    await resolver.resolve('new_thing', { new_code: 'n2' })
    expect(queries()).toHaveLength(1)
  })
})

describe('createKeyResolver() on short pages and short URLs', () => {
  let paged: Service
  let created: string[]
  const pagedQueries = () => paged.requestsSince().filter((request) => !request.includes('EntityDefinitions'))

  beforeAll(async () => {
    paged = await startService({ maxPageSize: 3 })
    const accounts = paged.emulator.table('accounts')
    created = Array.from({ length: 100 }, (_, index) =>
      accounts.create({ name: `N${index} é`, accountnumber: `A${index}` }),
    )
  })

  afterAll(() => paged.close())

  it('keeps every URL within the limit, and follows pages', async () => {
    const resolver = createKeyResolver(paged.client, { maxUrlLength: 1_000 })
    const many = await resolver.resolveMany(
      'account',
      created.map((_, index) => ({ name: `N${index} é` })),
    )
    expect(many.map(({ id }) => id)).toEqual(created)
    const composite = await resolver.resolveMany(
      'account',
      created.map((_, index) => ({ name: `N${index} é`, accountnumber: `A${index}` })),
    )
    expect(composite.map(({ id }) => id)).toEqual(created)
    const sent = pagedQueries()
    expect(sent.some((request) => request.includes('skiptoken'))).toBe(true)
    for (const request of sent.filter((each) => !each.includes('skiptoken'))) {
      expect(request.length + paged.emulator.url.length).toBeLessThanOrEqual(1_000)
    }
    const long = await resolver.resolve('account', { name: 'x'.repeat(2_000) })
    expect(long).toMatchObject({ status: 'invalid' })
  })

  it('reads columns of many rows, by keys and by GUIDs', async () => {
    const accounts = paged.emulator.table('accounts')
    const id = String(accounts.rows()[5]?.accountid)
    const resolver = createKeyResolver(paged.client)
    const rows = await resolver.readRows(
      'account',
      [
        { accountnumber: 'a3' },
        id,
        { accountnumber: 'A3' },
        { accountnumber: 'nobody' },
        { accountnumber: null },
      ],
      { select: ['name', '_ownerid_value'] },
    )
    expect(rows.map(({ status }) => status)).toEqual(['found', 'found', 'found', 'missing', 'invalid'])
    expect(rows[0]).toMatchObject({ row: { name: 'N3 é', _ownerid_value: expect.any(String) } })
    expect(rows[1]).toMatchObject({ id, key: id })
  })

  it('answers any interleaving of callers as if each had asked alone', async () => {
    const accounts = paged.emulator.table('accounts').rows()
    const naive = (number: string) =>
      accounts.find(({ accountnumber }) => String(accountnumber).toLowerCase() === number.toLowerCase())
        ?.accountid
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            number: fc
              .tuple(fc.constantFrom('a', 'A'), fc.integer({ min: 0, max: 120 }))
              .map(([a, n]) => `${a}${n}`),
            ticksBefore: fc.integer({ min: 0, max: 3 }),
            aborts: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
        fc.record({
          maxEntries: fc.integer({ min: 1, max: 20 }),
          maxKeysPerRequest: fc.integer({ min: 1, max: 10 }),
          concurrency: fc.integer({ min: 1, max: 3 }),
        }),
        async (calls, options) => {
          const resolver = createKeyResolver(paged.client, options)
          const work = calls.map(async ({ number, ticksBefore, aborts }) => {
            for (let tick = 0; tick < ticksBefore; tick += 1) await new Promise((done) => setImmediate(done))
            const controller = new AbortController()
            const answer = resolver
              .resolve('account', { accountnumber: number }, { signal: controller.signal })
              .then(
                (resolution) => resolution.id,
                (error: unknown) => error,
              )
            if (aborts) setImmediate(() => controller.abort('gone'))
            return { number, aborts, answer: await answer }
          })
          for (const { number, aborts, answer } of await Promise.all(work)) {
            if (aborts && answer === 'gone') continue
            expect(answer).toBe(naive(number))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('asks for many keys without a warning of Node about the listeners of the signal', async () => {
    const warnings: string[] = []
    const hear = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', hear)
    try {
      const { signal } = new AbortController()
      const keys = Array.from({ length: 20 }, (_, n) => ({ new_code: `many ${n}` }))
      const resolver = createKeyResolver(service.client)
      await resolver.resolveMany('new_thing', keys, { signal })
      await resolver.readRows('new_thing', keys, { select: [] }, { signal })
      await new Promise(setImmediate)
    } finally {
      process.off('warning', hear)
    }
    expect(warnings).toEqual([])
  })
})
