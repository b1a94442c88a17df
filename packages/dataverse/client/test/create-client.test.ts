import { inspect } from 'node:util'
import { type ClientOptions, createClient, type Interceptor, type TokenCredential } from '@deltaverse/client'
import { linkToPath } from '@deltaverse/protocol'
import { createVirtualClock } from '@deltaverse/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type Handler, startServer, type TestServer } from './start-server.js'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

async function setUp(
  handler: Handler,
  options: Partial<ClientOptions> = {},
): Promise<{ client: ReturnType<typeof createClient>; server: TestServer }> {
  const server = await startServer(handler)
  const client = createClient({ url: server.url, clock: createVirtualClock(), ...options })
  cleanUp.push(server.close, client.close)
  return { client, server }
}

const ok: Handler = (_request, response) => response.end('{}')

describe('requests', () => {
  it('carry the headers of the Web API and a token', async () => {
    const { client, server } = await setUp(
      (_request, response) => {
        response.setHeader('X-MS-Service-Request-Id', 'r-1')
        response.setHeader('Set-Cookie', 'ARRAffinity=1')
        response.end('{"fullname":"Ada"}')
      },
      { token: () => 'secret-token' },
    )
    const response = await client.request({ method: 'GET', path: 'contacts?$select=fullname' })
    expect(response).toMatchObject({ status: 200, requestId: 'r-1' })
    expect(response.url).toBe(`${server.url}/api/data/v9.2/contacts?$select=fullname`)
    expect(response.headers).not.toHaveProperty('set-cookie')
    expect(await response.json()).toEqual({ fullname: 'Ada' })
    expect(server.requests[0]?.url).toBe('/api/data/v9.2/contacts?$select=fullname')
    expect(server.requests[0]?.headers).toMatchObject({
      accept: 'application/json',
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
      'if-none-match': 'null',
      'user-agent': 'deltaverse',
      authorization: 'Bearer secret-token',
    })
    expect(server.requests[0]?.headers).not.toHaveProperty('content-type')
  })

  it('send objects as JSON and text as it is, with a content type of the caller', async () => {
    const bodies: string[] = []
    const { client, server } = await setUp(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      bodies.push(body)
      response.writeHead(204).end()
    })
    await client.request({ method: 'PATCH', path: 'contacts(1)', body: { name: 'Ä' } })
    await client.request({
      method: 'POST',
      path: '$batch',
      headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
      body: '--b--\r\n',
    })
    expect(bodies).toEqual(['{"name":"Ä"}', '--b--\r\n'])
    expect(server.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'multipart/mixed; boundary=b',
    ])
    expect(server.requests[0]?.headers).not.toHaveProperty('if-none-match')
  })

  it('encode what people write in a relative path, and nothing twice', async () => {
    const { client, server } = await setUp(ok)
    await client.request({ method: 'GET', path: "contacts?$filter=fullname eq 'Ä%20#1'" })
    expect(server.requests[0]?.url).toBe("/api/data/v9.2/contacts?$filter=fullname%20eq%20'%C3%84%20%231'")
  })

  it('follow a link byte for byte, and only at the own origin', async () => {
    const { client, server } = await setUp(ok, { token: () => 't' })
    const query = "/api/data/v9.2/accounts?$select=name&$deltatoken=919042%2108%2f22%2F2017%2008%3a10'#x"
    const path = linkToPath(client.serviceRoot, `https://evil.example${query}`)
    const response = await client.request({ method: 'GET', path })
    expect(server.requests[0]?.url).toBe(query)
    expect(response.url).toBe(server.url + query)
  })

  it('keep an organisation in the service root', async () => {
    const server = await startServer(ok)
    const client = createClient({ url: `${server.url}/contoso/`, apiVersion: 'v9.1' })
    cleanUp.push(server.close, client.close)
    await client.request({ method: 'GET', path: 'contacts' })
    expect(client.serviceRoot).toBe(`${server.url}/contoso/api/data/v9.1`)
    expect(client.origin).toBe(server.url)
    expect(server.requests[0]?.url).toBe('/contoso/api/data/v9.1/contacts')
  })

  it('accept the statuses that the caller names', async () => {
    const { client } = await setUp((_request, response) => response.writeHead(304).end())
    const response = await client.request({
      method: 'GET',
      path: 'contacts(1)',
      headers: { 'If-None-Match': 'W/"1"' },
      acceptStatus: [304],
    })
    expect(response.status).toBe(304)
    await expect(client.request({ method: 'GET', path: 'contacts(1)' })).rejects.toMatchObject({
      status: 304,
    })
  })

  it.each([
    ['an absolute URL', { method: 'GET', path: 'https://contoso.crm.dynamics.com/x' }, 'linkToPath'],
    ['an unknown method', { method: 'TRACE', path: 'x' }, 'method must be one of'],
    ['an own token', { method: 'GET', path: 'x', headers: { AUTHORIZATION: 'Bearer x' } }, 'Authorization'],
    [
      'a header with a line break',
      { method: 'GET', path: 'x', headers: { a: 'b\r\nc: d' } },
      'cannot be sent',
    ],
    ['no path', { method: 'GET' }, 'path must be text'],
  ])('are refused with %s', async (_name, request, message) => {
    const { client, server } = await setUp(ok)
    const refusal = client.request(request as Parameters<typeof client.request>[0])
    await expect(refusal).rejects.toThrow(TypeError)
    await expect(refusal).rejects.toThrow(message)
    expect(server.requests).toHaveLength(0)
  })
})

describe('interceptors', () => {
  it('see one logical request, outermost first, and may change it', async () => {
    const seen: string[] = []
    const named =
      (name: string): Interceptor =>
      (next) =>
      async (request) => {
        seen.push(`${name} > ${request.url.split('/').at(-1)}`)
        const response = await next({ ...request, headers: { ...request.headers, [`x-${name}`]: '1' } })
        seen.push(`${name} < ${response.status}`)
        return response
      }
    const { client, server } = await setUp(
      (_request, response, index) => response.writeHead(index === 0 ? 503 : 200).end(),
      { interceptors: [named('a'), named('b')] },
    )
    await client.request({ method: 'GET', path: 'contacts' })
    expect(seen).toEqual(['a > contacts', 'b > contacts', 'b < 200', 'a < 200'])
    expect(server.requests[1]?.headers).toMatchObject({ 'x-a': '1', 'x-b': '1' })
  })
})

describe('an interceptor that changes the path', () => {
  it('moves the request, and errors name where it really went', async () => {
    const { client, server } = await setUp((_request, response) => response.writeHead(404).end(), {
      interceptors: [(next) => (request) => next({ ...request, path: `${request.path}?tag=sync` })],
    })
    await expect(client.request({ method: 'DELETE', path: 'contacts(1)' })).rejects.toMatchObject({
      url: `${server.url}/api/data/v9.2/contacts(1)?tag=sync`,
    })
  })
})

describe('errors', () => {
  it('do not repeat the whole of a very long address', async () => {
    const { client } = await setUp((_request, response) => response.writeHead(400).end())
    const path = `contacts?$filter=${'x'.repeat(10_000)}`
    const error = await client.request({ method: 'GET', path }).catch((thrown: unknown) => thrown)
    expect((error as Error).message.length).toBeLessThan(1_500)
    expect((error as { url: string }).url).toContain(path)
  })

  it('say what failed, which address, and what to do', async () => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json', req_id: 'r-9' })
      response.end('{"error":{"code":"0x80072491","message":"Entity: new_thing is not enabled"}}')
    })
    const error = await client
      .request({ method: 'GET', path: 'new_things?$select=a' })
      .catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'change-tracking-disabled',
      serviceCode: '0x80072491',
      status: 400,
      requestId: 'r-9',
      method: 'GET',
    })
    expect((error as Error).message).toMatch(
      /^GET http:.*\/new_things\?… failed with 400 0x80072491 ChangeTrackingNotEnabledForEntity: Entity: new_thing is not enabled\. Switch change tracking on/,
    )
  })

  it('survive a body that is cut or huge', async () => {
    const { client } = await setUp((request, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' })
      if (request.url?.endsWith('cut')) response.write('no su', () => setImmediate(() => response.destroy()))
      else response.end('x'.repeat(3_000_000))
    })
    await expect(client.request({ method: 'GET', path: 'cut' })).rejects.toMatchObject({ code: 'not-found' })
    const huge = await client.request({ method: 'GET', path: 'huge' }).catch((thrown: unknown) => thrown)
    expect((huge as Error).message.length).toBeLessThan(1_000)
  })
})

describe('tokens', () => {
  const unlessToken =
    (valid: string, challenge = 'Bearer'): Handler =>
    (request, response) => {
      if (request.headers.authorization === `Bearer ${valid}`) response.end('{}')
      else response.writeHead(401, { 'www-authenticate': challenge }).end()
    }

  function countingCredential(): TokenCredential & { asked: unknown[] } {
    const asked: unknown[] = []
    return {
      asked,
      async getToken(scopes, options) {
        asked.push({ scopes, claims: options?.claims, forceRefresh: options?.forceRefresh })
        return { token: `token-${asked.length}`, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }
      },
    }
  }

  it('are asked for the environment, once for many requests', async () => {
    const credential = countingCredential()
    const { client, server } = await setUp(unlessToken('token-1'), { credential })
    await Promise.all(Array.from({ length: 20 }, () => client.request({ method: 'GET', path: 'contacts' })))
    expect(credential.asked).toEqual([{ scopes: [`${server.url}/.default`] }])
  })

  it('are replaced once after a 401, for a POST too, with the claims that were demanded', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true}}}'
    const credential = countingCredential()
    const { client, server } = await setUp(
      unlessToken(
        'token-2',
        `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`,
      ),
      { credential, scopes: ['api://x/.default'] },
    )
    await client.request({ method: 'POST', path: 'contacts', body: {} })
    expect(server.requests).toHaveLength(2)
    expect(credential.asked[1]).toEqual({ scopes: ['api://x/.default'], claims, forceRefresh: true })
  })

  it('end in an unauthorized error when the new one is refused as well', async () => {
    const credential = countingCredential()
    const { client, server } = await setUp(unlessToken('another'), { credential })
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      message: expect.stringContaining('Check the credential'),
    })
    expect(server.requests).toHaveLength(2)
  })

  it('come from a function before every attempt', async () => {
    let count = 0
    const { client } = await setUp(unlessToken('t2'), { token: async () => `t${++count}` })
    await client.request({ method: 'GET', path: 'contacts' })
    expect(count).toBe(2)
  })

  it('are not sent by an anonymous client, which does not ask twice either', async () => {
    const { client, server } = await setUp(unlessToken('x'))
    await expect(client.request({ method: 'GET', path: 'contacts' })).rejects.toMatchObject({ status: 401 })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('that cannot be had are an unauthorized error that names the scope', async () => {
    const { client, server } = await setUp(ok, {
      credential: {
        getToken: () => Promise.reject(new Error('AADSTS7000215: client_secret=hunter2 is invalid')),
      },
    })
    const error = await client.request({ method: 'GET', path: 'contacts' }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'unauthorized', retryable: false })
    expect(String(error)).toContain(`No token for ${server.url}/.default: AADSTS7000215`)
    expect(inspect(error)).not.toContain('hunter2')
    expect(server.requests).toHaveLength(0)
  })
})

describe('secrets', () => {
  it('are in nothing that can be printed', async () => {
    const secret = 'eyJhbGciOi.very-secret-token.signature'
    const printed: unknown[] = []
    const { client } = await setUp(
      (request, response, index) => {
        // A gateway that repeats what it was sent.
        response.writeHead([503, 200, 403][index] ?? 200, { 'content-type': 'text/plain' })
        response.end(`headers: ${JSON.stringify(request.headers)}`)
      },
      {
        credential: {
          getToken: async () => ({ token: secret, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
        },
        onEvent: (event) => printed.push(event),
        interceptors: [
          (next) => async (request) => {
            printed.push(request)
            const response = await next(request)
            printed.push(response)
            return response
          },
        ],
      },
    )
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    printed.push(await client.request({ method: 'GET', path: 'contacts' }).catch((error: unknown) => error))
    printed.push(client)
    expect(printed).toHaveLength(6)
    for (const value of printed) {
      const text = inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true })
      expect(text).not.toContain('very-secret-token')
      expect(JSON.stringify(value)).not.toContain('very-secret-token')
    }
  })
})

describe('options', () => {
  const url = 'https://contoso.crm4.dynamics.com'
  it.each([
    ['http elsewhere', { url: 'http://contoso.crm4.dynamics.com' }, 'token would travel in clear'],
    ['http with a loopback look', { url: 'http://127.0.0.1.evil.com' }, 'token would travel in clear'],
    ['http with a trailing dot', { url: 'http://localhost.' }, 'token would travel in clear'],
    [
      'a password in the URL',
      { url: 'https://ada:hunter2@contoso.crm4.dynamics.com' },
      'user name or password',
    ],
    ['a page', { url: `${url}/main.aspx?appid=1` }, 'received'],
    ['a deeper page', { url: `${url}/apps/uclient/main.aspx` }, 'address of an environment'],
    ['no URL', { url: 'contoso' }, 'received "contoso"'],
    [
      'two token sources',
      { url, token: () => 't', credential: { getToken: async () => null } },
      'received both',
    ],
    ['a token that is no function', { url, token: 'abc' }, 'received text'],
    ['a credential that is none', { url, credential: {} }, 'getToken'],
    ['no scopes', { url, scopes: [] }, 'received an empty list'],
    ['a timeout of nothing', { url, headersTimeoutMs: 0 }, 'received 0'],
    ['half a connection', { url, maxConnections: 0.5 }, 'received 0.5'],
    ['no attempts', { url, retry: { maxAttempts: 0 } }, 'received 0'],
    ['a strange version', { url, apiVersion: '9' }, 'received "9"'],
    ['two versions', { url: `${url}/api/data/v9.1`, apiVersion: 'v9.2' }, "the URL says 'v9.1'"],
  ])('are refused with %s', (_name, options, message) => {
    const refused = (): unknown => createClient(options as unknown as ClientOptions)
    expect(refused).toThrow(message)
    expect(refused).not.toThrow('hunter2')
  })

  it.each(['http://127.0.0.1:1', 'http://127.8.9.1', 'http://[::1]:1', 'http://localhost:1'])(
    'let http to this machine pass: %s',
    async (loopback) => {
      await createClient({ url: loopback }).close()
    },
  )

  it('let http pass when the network is trusted', async () => {
    await createClient({ url: 'http://crm.internal/org', allowInsecureHttp: true }).close()
  })
})
