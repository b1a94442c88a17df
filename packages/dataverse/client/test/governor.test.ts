import type { ServerResponse } from 'node:http'
import {
  type ClientEvent,
  type ClientOptions,
  createClient,
  createGovernor,
  type DataverseClient,
  type GovernorEvent,
} from '@deltaverse/client'
import { createSteppedClock, createVirtualClock, type SteppedClock } from '@deltaverse/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type Handler, startServer, type TestServer } from './start-server.js'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

interface Setting {
  client: DataverseClient
  server: TestServer
  clock: SteppedClock
  events: GovernorEvent[]
}

async function setUp(handler: Handler, options: Partial<ClientOptions> = {}): Promise<Setting> {
  const server = await startServer(handler)
  const clock = createSteppedClock()
  const events: GovernorEvent[] = []
  const client = createClient({
    url: server.url,
    clock,
    random: () => 0.5,
    onEvent: (event) => {
      if (event.kind !== 'retry') events.push(event)
    },
    ...options,
  })
  cleanUp.push(server.close, client.close)
  return { client, server, clock, events }
}

const ok = (response: ServerResponse, headers: Record<string, string> = {}): void => {
  response.writeHead(200, headers).end('{}')
}
const refuse = (response: ServerResponse, seconds: number, code = '0x80072322', message = 'no'): void => {
  response.writeHead(429, { 'retry-after': String(seconds), 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { code, message } }))
}
const get = (client: DataverseClient, signal?: AbortSignal): Promise<number> =>
  client
    .request({ method: 'GET', path: 'contacts', buffered: true }, signal === undefined ? {} : { signal })
    .then(({ status }) => status)

/** Lets everything happen that does not depend on the clock. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
/** Long enough for a request that should not have been sent to arrive. */
async function quiet(client: DataverseClient): Promise<void> {
  for (let i = 0; i < 40; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(client.governor.stats().inFlight).toBe(0)
}

/** Keeps the answers back until they are released. */
function holding(): { handler: Handler; waiting: ServerResponse[] } {
  const waiting: ServerResponse[] = []
  return { handler: (_request, response) => waiting.push(response), waiting }
}

describe('the gate', () => {
  it('closes for everybody when one is refused, and opens for one after another', async () => {
    const { client, server, clock, events } = await setUp((_request, response, index) =>
      index === 0 ? refuse(response, 30) : ok(response),
    )
    const first = get(client)
    await until(() => client.governor.stats().governors[0]?.gateClosedUntilMs !== undefined)
    const others = Array.from({ length: 20 }, () => get(client))
    await clock.advance(29_999)
    await quiet(client)
    expect(server.requests).toHaveLength(1)
    expect(client.governor.stats()).toMatchObject({ inFlight: 0, waiting: 21 })
    // One wait for all of them.
    expect(clock.pending()).toBe(1)

    await clock.advance(1)
    expect(client.governor.stats().inFlight).toBe(1)
    expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 21 }, () => 200))
    expect(server.requests).toHaveLength(22)
    expect(clock.pending()).toBe(0)
    expect(events.filter(({ kind }) => kind.startsWith('gate'))).toMatchObject([
      { kind: 'gate-closed', reason: 'requests-refused', serviceCode: '0x80072322' },
      { kind: 'gate-opened', closedForMs: 30_000, waiting: 21 },
    ])
    expect(events.filter(({ kind }) => kind === 'waited')).toHaveLength(21)
    expect(client.governor.stats().governors[0]?.totals).toEqual({
      admitted: 22,
      ended: 22,
      refused: 1,
      waited: 21,
      waitedMs: 21 * 30_000,
      abandoned: 0,
    })
  })

  it('is the same for reads and writes', async () => {
    const { client, server, clock } = await setUp((request, response) =>
      request.method === 'PATCH' && server.requests.length === 1 ? refuse(response, 30) : ok(response),
    )
    const write = client.request({ method: 'PATCH', path: 'contacts(1)', body: {}, buffered: true })
    await until(() => client.governor.stats().governors[0]?.gateReason === 'requests-refused')
    const read = get(client)
    await quiet(client)
    expect(server.requests.map(({ method }) => method)).toEqual(['PATCH'])
    expect(client.governor.stats().waiting).toBe(2)
    await clock.advance(30_000)
    expect([(await write).status, await read]).toEqual([200, 200])
  })

  it('honours the longest Retry-After of several refusals', async () => {
    const { handler, waiting } = holding()
    const { client, server, clock } = await setUp(handler)
    const all = Promise.all([get(client), get(client), get(client)])
    await until(() => waiting.length === 3)
    for (const [index, seconds] of [10, 60, 20].entries()) refuse(waiting[index] as ServerResponse, seconds)
    await until(() => client.governor.stats().waiting === 3)
    await clock.advance(59_999)
    await quiet(client)
    expect(server.requests).toHaveLength(3)
    await clock.advance(1)
    for (let answered = 3; answered < 6; answered++) {
      await until(() => waiting.length > answered)
      ok(waiting[answered] as ServerResponse)
    }
    expect(await all).toEqual([200, 200, 200])
  })

  it('lets one more out for each answer after opening, and one for each second without any', async () => {
    const { handler, waiting } = holding()
    const { client, clock } = await setUp(
      (request, response, index) => (index === 0 ? refuse(response, 5) : handler(request, response, index)),
      { governor: { concurrency: 16 } },
    )
    const all = Promise.all(Array.from({ length: 16 }, () => get(client)))
    await until(() => client.governor.stats().inFlight === 15 && waiting.length === 15)
    for (const response of waiting.splice(0)) ok(response)
    await until(() => client.governor.stats().inFlight === 0)
    const rest = Array.from({ length: 10 }, () => get(client))
    await clock.advance(5_000)
    expect(client.governor.stats()).toMatchObject({ inFlight: 1, waiting: 10 })
    await clock.advance(1_000)
    expect(client.governor.stats().inFlight).toBe(2)
    await until(() => waiting.length === 2)
    for (const response of waiting.splice(0)) ok(response)
    await until(() => waiting.length === 4)
    expect(client.governor.stats()).toMatchObject({ inFlight: 4, waiting: 5 })
    const answer = (): void => {
      for (const response of waiting.splice(0)) ok(response)
    }
    const answering = setInterval(answer, 1)
    await Promise.all([all, ...rest])
    clearInterval(answering)
  })

  it('clears at once after a refusal for too many at a time, whatever Retry-After says, with fewer at a time', async () => {
    const { client, clock } = await setUp(
      (_request, response, index) =>
        index === 0
          ? refuse(response, 400, '0x80072326', 'Number of concurrent requests exceeded the limit of 52.')
          : ok(response, { 'x-ms-dop-hint': '20' }),
      { governor: { name: 'erp' } },
    )
    const waiting = get(client)
    await until(() => client.governor.stats().waiting === 1)
    expect(client.governor.stats().governors[0]).toMatchObject({
      name: 'erp',
      ceiling: 1,
      ceilingReason: 'concurrency-refused',
      gateReason: 'concurrency-refused',
    })
    await clock.advance(500)
    expect(await waiting).toBe(200)
  })

  it('does not close for the limit of search, which only search has', async () => {
    const { client, clock } = await setUp((request, response, index) =>
      index === 0 && request.url !== undefined ? refuse(response, 1, '0x80060308') : ok(response),
    )
    const searching = get(client)
    await until(() => clock.pending() === 1)
    expect(await get(client)).toBe(200)
    await clock.advance(1_000)
    expect(await searching).toBe(200)
  })

  it('is not waited for longer than maxTotalMs, not even before the first attempt', async () => {
    const { client, clock, server } = await setUp((_request, response) => refuse(response, 600), {
      retry: { maxTotalMs: 500_000 },
    })
    await expect(get(client)).rejects.toMatchObject({ code: 'throttled', status: 429 })
    await expect(get(client)).rejects.toMatchObject({
      code: 'throttled',
      retryable: true,
      message: expect.stringContaining('Nothing was sent'),
    })
    expect(server.requests).toHaveLength(1)
    await clock.advance(200_000)
    const patient = get(client)
    expect(client.governor.stats().waiting).toBe(1)
    await clock.advance(400_000)
    await expect(patient).rejects.toMatchObject({ code: 'throttled', status: 429 })
    expect(client.governor.stats()).toMatchObject({ waiting: 0, inFlight: 0 })
  })

  it('closes for a throttle that sits in a part of a batch', async () => {
    const { client, server, clock } = await setUp((_request, response) => ok(response))
    const response = await client.request({ method: 'POST', path: '$batch', body: 'x' })
    await response.discard()
    client.governor.refused(response, { serviceCode: '0x80072321', retryAfterMs: 9_000 })
    const next = get(client)
    await quiet(client)
    expect(server.requests).toHaveLength(1)
    expect(client.governor.stats().governors[0]).toMatchObject({ gateReason: 'execution-time-refused' })
    await clock.advance(9_000)
    expect(await next).toBe(200)
  })

  it('lets somebody who is aborted go at once, and keeps nothing of it', async () => {
    const { client, server, clock, events } = await setUp((_request, response) => refuse(response, 300))
    const controller = new AbortController()
    const reason = new Error('enough')
    const outcomes = Promise.allSettled(Array.from({ length: 5 }, () => get(client, controller.signal)))
    await until(() => client.governor.stats().waiting === 5)
    controller.abort(reason)
    for (const outcome of await outcomes) expect(outcome).toEqual({ status: 'rejected', reason })
    expect(client.governor.stats()).toMatchObject({ waiting: 0, inFlight: 0 })
    expect(client.governor.stats().governors[0]?.totals.abandoned).toBe(5)
    expect(clock.pending()).toBe(0)
    expect(events.filter(({ kind }) => kind === 'waited')).toEqual([])
    expect(server.requests.length).toBeLessThanOrEqual(4)
  })
})

describe('the ceiling', () => {
  it('is 4 until the hint is known, then rises towards it', async () => {
    const { handler, waiting } = holding()
    const { client, events } = await setUp(handler)
    const all = Promise.all(Array.from({ length: 40 }, () => get(client)))
    await until(() => waiting.length === 4)
    expect(client.governor.ceiling).toBe(4)
    expect(client.governor.stats()).toMatchObject({ ceiling: 4, inFlight: 4, waiting: 36 })
    ok(waiting.shift() as ServerResponse, { 'x-ms-dop-hint': '6' })
    await until(() => waiting.length === 6)
    expect(client.governor.stats().governors[0]).toMatchObject({ ceiling: 6, ceilingReason: 'dop-hint' })
    ok(waiting.shift() as ServerResponse, { 'x-ms-dop-hint': '3' })
    await until(() => client.governor.ceiling === 3)
    // Those under way stay, nobody joins them.
    expect(client.governor.stats().inFlight).toBe(5)
    ok(waiting.shift() as ServerResponse)
    ok(waiting.shift() as ServerResponse)
    await until(() => client.governor.stats().inFlight === 3)
    expect(events.filter(({ kind }) => kind === 'ceiling-changed')).toMatchObject([
      { previous: 4, ceiling: 6, reason: 'dop-hint' },
      { previous: 6, ceiling: 3, reason: 'dop-hint' },
    ])
    const answering = setInterval(() => {
      for (const response of waiting.splice(0)) ok(response)
    }, 1)
    await all
    clearInterval(answering)
  })

  it('never goes above maxConcurrency, nor above the limit that a refusal names', async () => {
    const { client, clock } = await setUp(
      (_request, response, index) =>
        index === 1
          ? refuse(response, 1, '0x80072326', 'Number of concurrent requests exceeded the limit of 5.')
          : ok(response, { 'x-ms-dop-hint': '90' }),
      { governor: { maxConcurrency: 7 } },
    )
    await get(client)
    expect(client.governor.ceiling).toBe(7)
    const waiting = get(client)
    await until(() => client.governor.stats().waiting === 1)
    expect(client.governor.stats().governors[0]?.limits.concurrent).toBe(5)
    expect(client.governor.ceiling).toBe(1)
    await clock.advance(1_000)
    await waiting
  })

  it('is what it is told to be, when it is a number', async () => {
    const { client } = await setUp((_request, response) => ok(response, { 'x-ms-dop-hint': '9' }), {
      governor: { concurrency: 2 },
    })
    await get(client)
    expect(client.governor.stats().governors[0]).toMatchObject({ ceiling: 2, ceilingReason: 'fixed' })
  })

  it('holds for headers only: a body that nobody reads keeps no slot', async () => {
    const { client } = await setUp((_request, response) => ok(response), { governor: { concurrency: 1 } })
    const first = await client.request({ method: 'GET', path: 'contacts' })
    expect(client.governor.stats().inFlight).toBe(0)
    const second = await client.request({ method: 'PATCH', path: 'contacts(1)', body: {} })
    await first.discard()
    await second.discard()
  })

  it('comes down with the budget that the headers say is left', async () => {
    let seconds = '1,199.5'
    const { client, clock } = await setUp((_request, response) =>
      ok(response, {
        'x-ms-dop-hint': '8',
        'x-ms-ratelimit-time-remaining-xrm-requests': seconds,
        'x-ms-ratelimit-burst-remaining-xrm-requests': '5800',
      }),
    )
    await get(client)
    expect(client.governor.ceiling).toBe(8)
    seconds = '12.00'
    await get(client)
    expect(client.governor.stats().governors[0]).toMatchObject({
      ceiling: 2,
      ceilingReason: 'budget',
      remaining: { executionMs: 12_000, requests: 5_800 },
    })
    // A window slides on, so what was read long ago does not hold anybody back.
    await clock.advance(61_000)
    seconds = '900'
    await get(client)
    expect(client.governor.ceiling).toBe(8)
  })

  it('gives slots in the order of arrival', async () => {
    const { handler, waiting } = holding()
    const { client, server } = await setUp(handler, { governor: { concurrency: 1 } })
    const all = Promise.all(
      Array.from({ length: 6 }, (_, index) => client.request({ method: 'GET', path: `contacts(${index})` })),
    )
    for (let index = 0; index < 6; index++) {
      await until(() => waiting.length === 1)
      ok(waiting.shift() as ServerResponse)
    }
    await all
    expect(server.requests.map(({ url }) => url.at(-2))).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  it('gives the slot back after an error, a lost connection and an abort', async () => {
    const { handler, waiting } = holding()
    const { client } = await setUp(
      (request, response, index) => {
        if (index === 0) response.writeHead(404).end()
        else if (index === 1) request.socket.destroy()
        else handler(request, response, index)
      },
      { retry: { maxAttempts: 1 } },
    )
    await expect(get(client)).rejects.toMatchObject({ status: 404 })
    await expect(get(client)).rejects.toMatchObject({ code: 'no-response' })
    const controller = new AbortController()
    const aborted = get(client, controller.signal)
    await until(() => waiting.length === 1)
    controller.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(client.governor.stats()).toMatchObject({ inFlight: 0, waiting: 0 })
    expect(client.governor.stats().governors[0]?.totals).toMatchObject({ admitted: 3, ended: 3 })
  })
})

describe('several credentials', () => {
  const credential = (name: string) => ({
    getToken: async () => ({ token: name, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
  })
  const credentials = [credential('one'), credential('two')]
  const tokensOf = (server: TestServer): (string | undefined)[] =>
    server.requests.map(({ headers }) => headers.authorization?.slice('Bearer '.length))

  it('share the load, each under a ceiling of its own', async () => {
    const { handler, waiting } = holding()
    const { client, server } = await setUp(handler, { credentials })
    const all = Promise.all(Array.from({ length: 10 }, () => get(client)))
    await until(() => waiting.length === 8)
    expect(client.governor.ceiling).toBe(8)
    expect(client.governor.stats()).toMatchObject({
      inFlight: 8,
      waiting: 2,
      governors: [
        { name: 'credential-1', inFlight: 4 },
        { name: 'credential-2', inFlight: 4 },
      ],
    })
    expect(tokensOf(server).filter((token) => token === 'one')).toHaveLength(4)
    for (const response of waiting.splice(0)) ok(response)
    await until(() => waiting.length === 2)
    for (const response of waiting.splice(0)) ok(response)
    await all
  })

  it('go on without the one whose gate is closed, and repeat its request at once', async () => {
    const { client, server, clock } = await setUp(
      (request, response) =>
        request.headers.authorization === 'Bearer one' ? refuse(response, 100) : ok(response),
      { credentials },
    )
    const results = []
    for (let i = 0; i < 6; i++) results.push(await get(client))
    expect(results).toEqual(Array.from({ length: 6 }, () => 200))
    expect(tokensOf(server).filter((token) => token === 'one')).toHaveLength(1)
    expect(clock.pending()).toBe(0)
  })

  it('wait together when all gates are closed, and leave no alarm behind', async () => {
    const { client, server, clock } = await setUp(
      (request, response, index) =>
        index < 2
          ? refuse(response, request.headers.authorization === 'Bearer one' ? 100 : 40)
          : ok(response),
      { credentials },
    )
    const waiting = get(client)
    await until(() => client.governor.stats().waiting === 1)
    expect(clock.pending()).toBe(2)
    await clock.advance(40_000)
    expect(await waiting).toBe(200)
    expect(tokensOf(server)).toHaveLength(3)
    expect(tokensOf(server)[2]).toBe('two')
    expect(clock.pending()).toBe(0)
  })

  it('leave impersonation alone', async () => {
    const { client, server } = await setUp((_request, response) => ok(response), { credentials })
    const headers = { CallerObjectId: '00000000-0000-0000-0000-00000000cafe' }
    for (let i = 0; i < 4; i++) {
      await (await client.request({ method: 'GET', path: 'contacts', headers })).discard()
    }
    expect(new Set(server.requests.map((request) => request.headers.callerobjectid))).toEqual(
      new Set([headers.CallerObjectId]),
    )
  })

  it('take turns without governors', async () => {
    const { client, server } = await setUp((_request, response) => ok(response), {
      credentials,
      governor: false,
    })
    for (let i = 0; i < 4; i++) await get(client)
    expect(tokensOf(server)).toEqual(['one', 'two', 'one', 'two'])
  })
})

describe('a shared governor', () => {
  it('counts the requests of all its clients and closes for all of them', async () => {
    const { server, clock, client } = await setUp((_request, response, index) =>
      index === 0 ? refuse(response, 10) : ok(response),
    )
    const governor = createGovernor({ clock, random: () => 0.5, name: 'shared' })
    const events: ClientEvent[] = []
    const make = (onEvent?: ClientOptions['onEvent']): DataverseClient => {
      const one = createClient({ url: server.url, clock, governor, onEvent })
      cleanUp.push(one.close)
      return one
    }
    const reader = make((event) => events.push(event))
    const writer = make()
    expect(client.governor.sizer('x')).not.toBe(writer.governor.sizer('x'))
    expect(reader.governor.sizer('x')).toBe(writer.governor.sizer('x'))
    const read = get(reader)
    await until(() => governor.stats().waiting === 1)
    const write = get(writer)
    await quiet(writer)
    expect(server.requests).toHaveLength(1)
    expect(writer.governor.stats().waiting).toBe(2)
    await clock.advance(10_000)
    expect(await Promise.all([read, write])).toEqual([200, 200])
    expect(governor.stats().totals).toMatchObject({ admitted: 3, ended: 3, refused: 1 })
    const heard = events.length
    expect(heard).toBeGreaterThan(0)
    await reader.close()
    await get(writer)
    expect(events).toHaveLength(heard)
  })
})

describe('without a governor', () => {
  it('each request waits for its own refusal, and nothing limits how many are under way', async () => {
    const { handler, waiting } = holding()
    const { client, clock } = await setUp(
      (request, response, index) => (index < 2 ? refuse(response, 30) : handler(request, response, index)),
      { governor: false },
    )
    expect(client.governor.ceiling).toBe(Number.POSITIVE_INFINITY)
    const all = Promise.all(Array.from({ length: 32 }, () => get(client)))
    await until(() => waiting.length === 30 && clock.pending() === 2)
    expect(client.governor.stats().governors).toEqual([])
    expect(client.governor.sizer('rows').next()).toBe(100)
    await clock.advance(30_000)
    await until(() => waiting.length === 32)
    for (const response of waiting.splice(0)) ok(response)
    await all
  })
})

describe('answers', () => {
  it('tell how often the request may have been carried out', async () => {
    const { client, clock } = await setUp((request, response, index) => {
      const script = [503, 429, 404, 204, 503, 204]
      const status = script[index] ?? 200
      if (status === 429) refuse(response, 1)
      else if (request.url !== undefined) response.writeHead(status).end()
    })
    const step = async <T>(work: Promise<T>): Promise<T> => {
      const moving = setInterval(() => void clock.advance(1_000), 1)
      return work.finally(() => clearInterval(moving))
    }
    await expect(step(client.request({ method: 'DELETE', path: 'contacts(1)' }))).rejects.toMatchObject({
      status: 404,
      // 503 and 404: the refusal in between did nothing.
      attempts: 2,
    })
    const first = await client.request({ method: 'PATCH', path: 'contacts(1)', body: {} })
    expect(first).toMatchObject({ status: 204, attempts: 1, elapsedMs: 0 })
    const second = await step(client.request({ method: 'PATCH', path: 'contacts(1)', body: {} }))
    expect(second).toMatchObject({ status: 204, attempts: 2 })
  })

  it('say how long the service took', async () => {
    const { handler, waiting } = holding()
    const { client, clock } = await setUp(handler)
    const answer = client.request({ method: 'GET', path: 'contacts', buffered: true })
    await until(() => waiting.length === 1)
    await clock.advance(1_234)
    ok(waiting[0] as ServerResponse)
    expect((await answer).elapsedMs).toBe(1_234)
  })

  it('bring no cookie back, so that no server is pinned', async () => {
    const { client, server } = await setUp((_request, response) =>
      ok(response, { 'set-cookie': 'ARRAffinity=abc; Path=/; HttpOnly' }),
    )
    await get(client)
    await get(client)
    expect(server.requests.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined])
  })
})

describe('listeners', () => {
  it('cannot break the counting by throwing', async () => {
    const thrown: unknown[] = []
    const catchIt = (error: unknown): void => void thrown.push(error)
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', catchIt)
    try {
      const { client } = await setUp((_request, response) => ok(response, { 'x-ms-dop-hint': '6' }), {
        onEvent() {
          throw new Error('mine')
        },
      })
      expect(await get(client)).toBe(200)
      expect(client.governor.stats()).toMatchObject({ inFlight: 0, ceiling: 6 })
      expect(String(thrown[0])).toBe('Error: mine')
      // Nor what is repeated.
      const busy = await setUp(
        (_request, response, index) => (index === 0 ? void response.writeHead(503).end() : ok(response)),
        {
          clock: createVirtualClock(),
          onEvent({ kind }) {
            throw new Error(kind)
          },
        },
      )
      expect(await get(busy.client)).toBe(200)
      expect(thrown.map(String)).toContain('Error: retry')
    } finally {
      process.removeListener('uncaughtException', catchIt)
      for (const listener of before) process.on('uncaughtException', listener)
    }
  })
})

describe('options', () => {
  const url = 'https://contoso.crm4.dynamics.com'
  const credential = { getToken: async () => null }
  it.each([
    ['a ceiling of nothing', { governor: { concurrency: 0 } }, 'governor.concurrency'],
    ['a ceiling in words', { governor: { concurrency: 'many' } }, 'received text'],
    ['half a request', { governor: { maxConcurrency: 1.5 } }, 'received 1.5'],
    ['politeness without a rest', { governor: { polite: { share: 1 } } }, 'governor.polite.share'],
    ['a governor that is none', { governor: true }, 'received a boolean'],
    ['null for a governor', { governor: null }, 'received null'],
    ['too few governors', { governor: [createGovernor()], credentials: [credential, credential] }, '(2)'],
    ['a listener that is none', { onEvent: 'log' }, 'onEvent must be a function'],
    ['no credentials', { credentials: [] }, 'at least one object'],
    ['a credential twice over', { credential, credentials: [credential] }, 'received both'],
    ['credentials that are none', { credentials: [{}] }, 'getToken'],
  ])('are refused with %s', (_name, options, message) => {
    expect(() => createClient({ url, ...options } as unknown as ClientOptions)).toThrow(message)
  })

  it('refuse one governor for two credentials', () => {
    const governor = createGovernor()
    const both = { url, credentials: [credential, credential], governor: [governor, governor] }
    expect(() => createClient(both)).toThrow('(2)')
  })
})
