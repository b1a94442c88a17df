import { createKeyResolver, type KeyResolverOptions } from '@deltaverse/alternate-keys'
import type { DataverseClient, DataverseRequest } from '@deltaverse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Service, startService } from './start-service.js'

let service: Service

beforeAll(async () => {
  service = await startService()
})

afterAll(() => service.close())

const id = (number: number) => `aaaaaaaa-0000-4000-8000-00000000000${number}`

/** A client whose answers to queries are written here; definitions come from the emulator. */
function scriptedClient(
  answer: (request: DataverseRequest, signal: AbortSignal | undefined) => Promise<unknown>,
): {
  readonly client: Pick<DataverseClient, 'request' | 'serviceRoot'>
  readonly queries: string[]
} {
  const queries: string[] = []
  return {
    queries,
    client: {
      serviceRoot: service.client.serviceRoot,
      async request(request, call) {
        const response = await service.client.request(
          request.path.startsWith('EntityDefinitions')
            ? request
            : { method: 'GET', path: 'accounts?$select=name' },
        )
        if (request.path.startsWith('EntityDefinitions')) return response
        queries.push(decodeURIComponent(request.path))
        await response.discard()
        const body = JSON.stringify(await answer(request, call?.signal ?? undefined))
        return { ...response, text: async () => body }
      },
    },
  }
}

const resolverOf = (answer: Parameters<typeof scriptedClient>[0], options: KeyResolverOptions = {}) => {
  const { client, queries } = scriptedClient(answer)
  return { resolver: createKeyResolver(client, options), queries }
}

describe('createKeyResolver() on unusual answers', () => {
  it('takes no row for an answer that has another key', async () => {
    const rows = [
      { accountid: id(1), accountnumber: 'AB1' },
      { accountid: id(2), accountnumber: null },
      { accountid: id(3), accountnumber: 'a_1' },
    ]
    const { resolver } = resolverOf(async () => ({ value: rows }))
    expect(await resolver.resolve('account', { accountnumber: 'A_1' })).toMatchObject({ id: id(3) })
    expect(await resolver.resolve('account', { accountnumber: '%' })).toMatchObject({ status: 'missing' })
  })

  it('compares text as it is told to', async () => {
    const value = [{ accountid: id(1), accountnumber: 'MÜLLER' }]
    const answer = async () => ({ value })
    const look = (options: KeyResolverOptions, accountnumber: string) =>
      resolverOf(answer, options).resolver.resolve('account', { accountnumber })
    expect((await look({}, 'müller ')).status).toBe('found')
    expect((await look({}, 'Muller')).status).toBe('found')
    expect((await look({ textComparison: 'ignore-case' }, 'Muller')).status).toBe('missing')
    expect((await look({ textComparison: 'ignore-case-and-accents' }, 'Muller')).status).toBe('found')
    expect((await look({ textComparison: 'exact' }, 'Müller')).status).toBe('missing')
  })

  it.each([true, false])(
    'finds what the database takes for the same text, whether it minds accents or not (%s)',
    async (minds) => {
      const held = [
        { accountid: id(1), accountnumber: 'Zoe' },
        ...(minds ? [{ accountid: id(2), accountnumber: 'Zoë' }] : []),
      ]
      const plain = (text: string) =>
        text
          .toLowerCase()
          .normalize('NFD')
          .replaceAll(/\p{Mn}/gu, '')
      const same = (a: string, b: string) =>
        minds ? a.toLowerCase() === b.toLowerCase() : plain(a) === plain(b)
      const { resolver, queries } = resolverOf(async ({ path }) => {
        const asked = [...decodeURIComponent(path).matchAll(/"([^"]+)"/g)].map(([, text = '']) => text)
        return { value: held.filter(({ accountnumber }) => asked.some((text) => same(text, accountnumber))) }
      })
      const keys = ['zoe', 'ZOË', 'Zoé'].map((accountnumber) => ({ accountnumber }))
      const found = await resolver.resolveMany('account', keys)
      const expected = minds ? [id(1), id(2), undefined] : [id(1), id(1), id(1)]
      expect(found.map((each) => each.id)).toEqual(expected)
      expect(queries).toHaveLength(3)
      const rows = await resolver.readRows('account', keys, { select: ['accountnumber'] })
      expect(rows.map((each) => each.id)).toEqual(expected)
    },
  )

  it('asks nothing for keys that lost their digits, are no number or are blank', async () => {
    const { resolver, queries } = resolverOf(async () => ({ value: [] }))
    const wrong = [Number.NaN, Number.POSITIVE_INFINITY, 1e21, 2 ** 53, 1.5, ' ', '\t', 'a\u0000', '\ufffe']
    for (const accountnumber of wrong) {
      const key = { accountnumber }
      for (const result of [
        await resolver.resolve('account', key),
        await resolver.address('account', key),
        ...(await resolver.readRows('account', [key], { select: ['name'] })),
      ]) {
        expect(result).toMatchObject({ status: 'invalid', error: { code: 'bad-input' } })
        expect('error' in result && result.error.message).toContain("column 'accountnumber'")
      }
    }
    expect(queries).toEqual([])
    const exact = await resolver.address('account', { accountnumber: 4_006_381_333_931_000_123n })
    expect(exact).toMatchObject({ reference: "accounts(accountnumber='4006381333931000123')" })
  })

  it('fails all who wait for a query that fails, and asks again afterwards', async () => {
    let fails = true
    const failure = new Error('no answer')
    const { resolver, queries } = resolverOf(async () => {
      if (fails) throw failure
      return { value: [{ accountid: id(1), accountnumber: 'A' }] }
    })
    const both = await Promise.allSettled([
      resolver.resolve('account', { accountnumber: 'A' }),
      resolver.resolve('account', { accountnumber: 'a' }),
    ])
    expect(both.map((each) => each.status === 'rejected' && each.reason)).toEqual([failure, failure])
    expect(queries).toHaveLength(1)
    fails = false
    expect(await resolver.resolve('account', { accountnumber: 'A' })).toMatchObject({ id: id(1) })
  })

  it('sends no more queries at a time than it may', async () => {
    let underWay = 0
    let most = 0
    const { resolver, queries } = resolverOf(
      async () => {
        underWay += 1
        most = Math.max(most, underWay)
        for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done))
        underWay -= 1
        return { value: [] }
      },
      { concurrency: 2, maxKeysPerRequest: 1 },
    )
    const keys = ['A', 'B', 'C', 'D', 'E'].map((accountnumber) => ({ accountnumber }))
    const found = await resolver.resolveMany('account', keys)
    expect(found.map(({ status }) => status)).toEqual(keys.map(() => 'missing'))
    expect(queries).toHaveLength(5)
    expect(most).toBe(2)
  })

  it('aborts a query once nobody waits for any of its keys, and not before', async () => {
    const seen: AbortSignal[] = []
    const { resolver, queries } = resolverOf(
      (_request, signal) =>
        new Promise((_resolve, reject) => {
          seen.push(signal!)
          signal!.addEventListener('abort', () => reject(signal!.reason))
        }),
    )
    const [one, two] = [new AbortController(), new AbortController()]
    const first = resolver.resolve('account', { accountnumber: 'A' }, { signal: one.signal })
    const second = resolver.resolve('account', { accountnumber: 'B' }, { signal: two.signal })
    while (seen.length === 0) await new Promise((done) => setImmediate(done))
    one.abort('one')
    await expect(first).rejects.toBe('one')
    expect(seen[0]?.aborted).toBe(false)
    two.abort('two')
    await expect(second).rejects.toBe('two')
    expect(seen[0]?.aborted).toBe(true)
    expect(queries).toHaveLength(1)
  })

  it('lets one of two callers go before the query is sent, and sends none for a key that nobody wants any more', async () => {
    const value = [{ accountid: id(1), accountnumber: 'A' }]
    const { resolver, queries } = resolverOf(async () => ({ value }))
    await resolver.metadata.table('account')
    const controller = new AbortController()
    const { signal } = controller
    const gone = [
      resolver.resolve('account', { accountnumber: 'A' }, { signal }),
      resolver.resolve('account', { accountnumber: 'B' }, { signal }),
    ]
    const stays = resolver.resolve('account', { accountnumber: 'a' })
    for (let step = 0; step < 10; step += 1) await Promise.resolve()
    controller.abort('gone')
    for (const each of gone) await expect(each).rejects.toBe('gone')
    expect(await stays).toMatchObject({ id: id(1) })
    expect(queries).toHaveLength(1)
    expect(queries[0]).toContain('["A"]')
  })

  it('keeps what was noted or forgotten while a query was under way', async () => {
    let answer = (_body: object): void => {}
    const { resolver } = resolverOf(() => new Promise((resolve) => (answer = resolve)))
    const key = { accountnumber: 'A' }
    const asked = resolver.resolve('account', key)
    const untilAsked = async () => {
      const before = answer
      while (answer === before) await new Promise((done) => setImmediate(done))
    }
    await untilAsked()
    await resolver.remember('account', key, id(5))
    answer({ value: [] })
    expect((await asked).status).toBe('missing')
    expect(await resolver.resolve('account', key)).toMatchObject({ id: id(5) })

    resolver.forget()
    const again = resolver.resolve('account', key)
    await untilAsked()
    resolver.forget('account')
    answer({ value: [{ accountid: id(6), accountnumber: 'A' }] })
    expect((await again).id).toBe(id(6))
    expect(resolver.stats().entries).toBe(0)
  })

  it('refuses options that make no sense', () => {
    const make = (options: object) => () => createKeyResolver(service.client, options)
    expect(make({ maxUrlLength: 40_000 })).toThrow(RangeError)
    expect(make({ concurrency: 0 })).toThrow(RangeError)
    expect(make({ ttlMs: Number.NaN })).toThrow(RangeError)
    expect(make({ textComparison: 'loose' })).toThrow(TypeError)
  })
})
