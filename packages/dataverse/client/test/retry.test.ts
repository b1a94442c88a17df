import { type ClientOptions, createClient, type DataverseClient, type RetryEvent } from '@deltaverse/client'
import { DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import { createVirtualClock, type VirtualClock } from '@deltaverse/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Handler, startServer, type TestServer } from './start-server.js'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

async function setUp(
  handler: Handler,
  options: Partial<ClientOptions> = {},
): Promise<{ client: DataverseClient; server: TestServer; clock: VirtualClock; events: RetryEvent[] }> {
  const server = await startServer(handler)
  const clock = createVirtualClock()
  const events: RetryEvent[] = []
  const client = createClient({
    url: server.url,
    clock,
    random: () => 0.5,
    ...options,
    onEvent: (event) => {
      if (event.kind === 'retry') events.push(event)
      options.onEvent?.(event)
    },
  })
  cleanUp.push(server.close, client.close)
  return { client, server, clock, events }
}

/** Answers with these statuses in turn, then with 200. */
function inTurn(...answers: { status: number; headers?: Record<string, string>; body?: unknown }[]): Handler {
  return (_request, response, index) => {
    const { status, headers, body } = answers[index] ?? { status: 200, body: { done: true } }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? '' : JSON.stringify(body))
  }
}

const throttle = (seconds: number) => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: { error: { code: '0x80072322', message: 'Number of requests exceeded the limit of 6000' } },
})
const failure = (code: string, message = 'no') => ({ status: 500, body: { error: { code, message } } })
const deadlock = failure(
  '0x80044150',
  'Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql Number: 1205',
)

describe('throttles', () => {
  it('waits exactly as long as Retry-After says and announces it', async () => {
    const { client, clock, events } = await setUp(inTurn(throttle(27), throttle(300)))
    const response = await client.request({ method: 'GET', path: 'contacts' })
    expect(await response.json()).toEqual({ done: true })
    expect(clock.delays).toEqual([27_000, 300_000])
    expect(events.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 27_000],
      [2, 300_000],
    ])
    expect(events[0]?.error.code).toBe('throttled')
    expect(events[0]?.request.path).toBe('contacts')
  })

  it.each([
    ['a governor', {}],
    ['no governor', { governor: false as const }],
  ])('keeps to sense what the service asks for: with %s', async (_, options) => {
    for (const [asked, waited] of [
      ['0.001', 500],
      ['1000000000', 3_600_000],
      ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000],
    ] as const) {
      for (const status of [429, 503]) {
        const { client, clock } = await setUp(inTurn({ status, headers: { 'retry-after': asked } }), {
          ...options,
          retry: { maxTotalMs: 10_000_000 },
        })
        await (await client.request({ method: 'GET', path: 'contacts' })).discard()
        expect(
          clock.delays.reduce((sum, ms) => sum + ms, 0),
          `${status}, ${asked}`,
        ).toBe(waited)
      }
    }
  })

  it('understands an HTTP date', async () => {
    const date = new Date(Date.UTC(2026, 0, 1, 0, 0, 42)).toUTCString()
    const { client, clock } = await setUp(inTurn({ status: 429, headers: { 'retry-after': date } }))
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(clock.delays).toEqual([42_000])
  })

  it('repeats a POST too, because the service did nothing', async () => {
    const { client, server } = await setUp(inTurn(throttle(1)))
    await (await client.request({ method: 'POST', path: 'contacts', body: {} })).discard()
    expect(server.requests).toHaveLength(2)
  })

  it('does not count against maxAttempts', async () => {
    const { client, clock } = await setUp(inTurn(...Array.from({ length: 20 }, () => throttle(5))), {
      retry: { maxAttempts: 1 },
    })
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(clock.delays).toHaveLength(20)
  })

  it('leaves all of maxAttempts to failures of other kinds', async () => {
    const { client, server } = await setUp(
      inTurn(throttle(1), throttle(1), throttle(1), { status: 503 }, { status: 503 }),
      { retry: { maxAttempts: 3 } },
    )
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(server.requests).toHaveLength(6)
  })

  it('gives up at once when the wait would go beyond maxTotalMs', async () => {
    const { client, clock, server } = await setUp(inTurn(throttle(600), throttle(600)), {
      retry: { maxTotalMs: 1_000_000 },
    })
    const error = await client.request({ method: 'GET', path: 'contacts' }).catch((thrown: unknown) => thrown)
    expect(isResponseError(error) && error).toMatchObject({ code: 'throttled', retryAfterMs: 600_000 })
    expect(clock.delays).toEqual([600_000])
    expect(server.requests).toHaveLength(2)
  })

  it('backs off by itself when Retry-After is missing or zero', async () => {
    const { client, clock } = await setUp(inTurn(throttle(0), { status: 429 }))
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(clock.delays).toEqual([250, 500])
  })

  it('ends a wait of 10,000 seconds as soon as the signal aborts, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const waiting = createVirtualClock()
    const { client } = await setUp(inTurn(throttle(10_000)), {
      clock: { now: waiting.now, delay: () => new Promise(() => {}) },
      retry: { maxTotalMs: 20_000_000 },
      onEvent: () => setImmediate(() => controller.abort(reason)),
    })
    await expect(
      client.request({ method: 'GET', path: 'contacts' }, { signal: controller.signal }),
    ).rejects.toBe(reason)
  })
})

describe('transient failures', () => {
  it.each([502, 503, 504, 408])('backs off after %i with an HTML body', async (status) => {
    const handler: Handler = (_request, response, index) => {
      response.writeHead(index === 0 ? status : 200, { 'content-type': 'text/html' })
      response.end('<html><head><title>Bad gateway</title></head></html>')
    }
    const { client, clock } = await setUp(handler)
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(clock.delays).toEqual([250])
  })

  it('takes Retry-After of a 503 as given', async () => {
    const { client, clock } = await setUp(inTurn({ status: 503, headers: { 'retry-after': '12' } }))
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(clock.delays).toEqual([12_000])
  })

  it('doubles the bound of the back-off up to maxDelayMs and stops after maxAttempts', async () => {
    const { client, clock, server } = await setUp(
      inTurn(...Array.from({ length: 9 }, () => ({ status: 503 }))),
      {
        random: () => 0.999_999,
        retry: { maxAttempts: 6, baseDelayMs: 1_000, maxDelayMs: 5_000 },
      },
    )
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
    })
    expect(clock.delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000])
    expect(server.requests).toHaveLength(6)
  })

  it('repeats after a deadlock, but not after other SQL errors', async () => {
    const first = await setUp(inTurn(deadlock))
    await (await first.client.request({ method: 'PATCH', path: 'contacts(1)', body: {} })).discard()
    expect(first.server.requests).toHaveLength(2)

    const second = await setUp(inTurn(failure('0x80044150', 'Generic SQL error. Sql Number: 547')))
    await expect(
      second.client.request({ method: 'PATCH', path: 'contacts(1)', body: {} }),
    ).rejects.toMatchObject({
      code: 'service-failed',
      retryable: false,
      message: expect.stringContaining('Sql Number: 547'),
    })
    expect(second.server.requests).toHaveLength(1)
  })

  it('tries an ambiguous code twice more, not longer', async () => {
    const unexpected = failure('0x80040216', 'An unexpected error occurred.')
    const { client, server } = await setUp(inTurn(...Array.from({ length: 6 }, () => unexpected)))
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toThrow('0x80040216')
    expect(server.requests).toHaveLength(3)
  })

  it('never repeats a POST whose fate is unknown, unless it is said to be repeatable', async () => {
    const { client, server } = await setUp(inTurn({ status: 502 }, { status: 502 }))
    await expect(client.request({ method: 'POST', path: 'contacts', body: {} })).rejects.toMatchObject({
      status: 502,
    })
    expect(server.requests).toHaveLength(1)
    await (await client.request({ method: 'POST', path: '$batch', body: 'x', repeatable: true })).discard()
    expect(server.requests).toHaveLength(3)
  })

  it('does not repeat a PATCH that is said not to be repeatable', async () => {
    const { client, server } = await setUp(inTurn({ status: 503 }))
    await expect(
      client.request({ method: 'PATCH', path: 'contacts(1)', body: {}, repeatable: false }),
    ).rejects.toMatchObject({ status: 503 })
    expect(server.requests).toHaveLength(1)
  })

  it.each([400, 403, 404, 405, 412, 413, 501])('does not repeat after %i', async (status) => {
    const { client, server } = await setUp(inTurn({ status }))
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toMatchObject({ status })
    expect(server.requests).toHaveLength(1)
  })

  it('repeats when the connection is cut before the answer', async () => {
    const { client, server } = await setUp((request, response, index) => {
      if (index === 0) request.socket.destroy()
      else response.end('{}')
    })
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(server.requests).toHaveLength(2)
  })

  it('repeats a buffered request whose body is cut', async () => {
    const { client, server } = await setUp((_request, response, index) => {
      response.writeHead(200, { 'content-length': '12' })
      if (index > 0) response.end('{"rows":"ok"')
      else response.write('{"ro', () => response.destroy())
    })
    const response = await client.request({ method: 'GET', path: 'contacts', buffered: true })
    expect(await response.text()).toBe('{"rows":"ok"')
    expect(response.bytesReceived()).toBe(12)
    expect(server.requests).toHaveLength(2)
    await expect(response.text()).rejects.toThrow('read or discarded before')
  })

  it('repeats a POST when it was only the token that could not be fetched', async () => {
    let calls = 0
    const { client, server, clock } = await setUp(inTurn(), {
      credential: {
        async getToken() {
          if (++calls < 3) throw new DataverseError('busy', { code: 'unavailable', retryable: true })
          return { token: 't', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }
        },
      },
    })
    await (await client.request({ method: 'POST', path: 'contacts', body: {} })).discard()
    expect(server.requests).toHaveLength(1)
    expect(clock.delays).toEqual([250, 500])
  })

  it('says after the last try that nothing came, and what was asked', async () => {
    const gone = await startServer((_request, response) => response.end())
    await gone.close()
    const clock = createVirtualClock()
    const client = createClient({ url: gone.url, clock, retry: { maxAttempts: 3 } })
    const error = await client
      .request({ method: 'POST', path: 'contacts', body: {} })
      .catch((e: unknown) => e)
    expect(isDataverseError(error) && error).toMatchObject({ code: 'no-response', retryable: true })
    expect(String(error)).toContain(`POST ${gone.url}/api/data/v9.2/contacts got no complete answer`)
    expect((error as Error).cause).toBeInstanceOf(Error)
    // The connection never came about, so even a POST is safe to repeat.
    expect(clock.delays).toHaveLength(2)
    await client.close()
  })
})

describe('rules', () => {
  it('asks own rules first', async () => {
    const { client, clock, server } = await setUp(inTurn({ status: 404 }, { status: 503 }), {
      retry: {
        rules: [
          ({ error }) => (error.code === 'not-found' ? { retryAfterMs: 7 } : undefined),
          ({ error }) => (error.code === 'unavailable' ? 'give-up' : undefined),
        ],
      },
    })
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toMatchObject({ status: 503 })
    expect(clock.delays).toEqual([7])
    expect(server.requests).toHaveLength(2)
  })

  it('always ends, whatever the service answers', async () => {
    const answers = fc.array(
      fc.constantFrom({ status: 503 }, { status: 500 }, throttle(30), { status: 429 }, deadlock, {
        status: 404,
      }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(answers, async (script) => {
        const { client, clock, server } = await setUp(inTurn(...script), { retry: { maxTotalMs: 120_000 } })
        const startedMs = clock.now()
        await client.request({ method: 'GET', path: 'contacts', buffered: true }).catch(() => {})
        expect(clock.now() - startedMs).toBeLessThanOrEqual(120_000)
        const counted = script.slice(0, server.requests.length).filter(({ status }) => status !== 429)
        expect(counted.length).toBeLessThanOrEqual(6)
      }),
      { numRuns: 30 },
    )
  })
})
