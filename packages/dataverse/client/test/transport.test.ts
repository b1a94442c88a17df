import { getEventListeners, once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { inspect } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createClient, type DataverseClient, type DataverseResponse } from '@deltaverse/client'
import { generate } from 'selfsigned'
import { Agent } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { type Handler, startServer, type TestServer } from './start-server.js'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

async function setUp(
  handler: Handler,
  options: Partial<Parameters<typeof createClient>[0]> = {},
): Promise<{ client: DataverseClient; server: TestServer }> {
  const server = await startServer(handler)
  const client = createClient({ url: server.url, retry: { maxAttempts: 1 }, ...options })
  cleanUp.push(server.close, client.close)
  return { client, server }
}

const get = (client: DataverseClient, path = 'contacts'): Promise<DataverseResponse> =>
  client.request({ method: 'GET', path })

const text = 'A line of a page that is long enough to be worth compressing. '.repeat(5_000)

describe('bodies', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('reads %s and counts the bytes on the wire', async (encoding, bytes) => {
    const { client, server } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(bytes)
    })
    const response = await get(client)
    expect(await response.text()).toBe(text)
    expect(response.bytesReceived()).toBe(bytes.length)
    expect((await (await get(client)).bytes()).toString()).toBe(text)
    const chunks: Buffer[] = []
    for await (const chunk of (await get(client)).body) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe(text)
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, br')
  })

  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
  ])('takes a truncated %s body for what it is', async (encoding, bytes) => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(bytes.subarray(0, bytes.length - 20))
    })
    await expect((await get(client)).text()).rejects.toMatchObject({
      code: 'no-response',
      retryable: true,
      message: expect.stringContaining('the body ended early'),
    })
  })

  it.each(['gzip', 'br'])('takes a %s body of no bytes for one that ended early', async (encoding) => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'transfer-encoding': 'chunked' })
      response.end()
    })
    await expect((await get(client)).text()).rejects.toThrow('the body ended early')
  })

  it('reads an empty body that says so', async () => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '0' })
      response.end()
    })
    expect(await (await get(client)).text()).toBe('')
  })

  it.each([
    ['with a length', { 'content-length': '1000' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
    ['compressed', { 'transfer-encoding': 'chunked', 'content-encoding': 'gzip' }],
  ])('reports a connection that is cut inside a body %s', async (_name, headers) => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, headers)
      const part = 'content-encoding' in headers ? gzipSync(text).subarray(0, 50) : '{"value":['
      response.write(part, () => setImmediate(() => response.destroy()))
    })
    const response = await get(client)
    await expect(response.json()).rejects.toMatchObject({ code: 'no-response', retryable: true })
  })

  it('reports a body that cannot be decompressed', async () => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end('this is no gzip at all')
    })
    await expect((await get(client)).text()).rejects.toMatchObject({ code: 'bad-response', retryable: true })
  })

  it('refuses an encoding that it did not ask for', async () => {
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' })
      response.end('x')
    })
    await expect((await get(client)).text()).rejects.toThrow("Content-Encoding 'zstd'")
  })

  it('says where it expected JSON, without repeating the data', async () => {
    const { client } = await setUp((_request, response) => response.end('{"name": Ada Lovelace}'))
    const error = await (await get(client)).json().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad-response' })
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('Ada')
  })

  it('strips a byte order mark, and has no JSON for 204', async () => {
    const { client } = await setUp((request, response) => {
      if (request.url?.endsWith('$count')) response.end('\uFEFF42')
      else response.writeHead(204).end()
    })
    expect(await (await get(client, 'contacts/$count')).json()).toBe(42)
    expect(await (await get(client)).json()).toBeUndefined()
  })

  it('lets backpressure reach the socket', async () => {
    const chunk = Buffer.alloc(1_000_000, 'x')
    let written = 0
    let resume = (): void => {}
    const { client } = await setUp(async (_request, response) => {
      while (written < 200) {
        written++
        if (response.write(chunk)) continue
        await new Promise<void>((resolve) => {
          resume = resolve
          response.once('drain', resolve)
          response.once('close', resolve)
        })
        if (response.destroyed) return
      }
      response.end()
    })
    const response = await get(client)
    const reader = response.body[Symbol.asyncIterator]()
    await reader.next()
    // Whatever the kernel buffers between two sockets, it is not 200 MB: the server must stand still by now.
    let before = -1
    while (before !== written) {
      before = written
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(written).toBeLessThan(100)
    await reader.return?.()
    resume()
  })

  it('closes the connection when the reader leaves the loop', async () => {
    const closed = deferred()
    const { client } = await setUp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync(text))
      response.on('close', closed.resolve)
    })
    for await (const chunk of (await get(client)).body) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await closed.promise
  })

  it('reads the rest of a short body away on discard, so that the connection serves again', async () => {
    const ports = new Set<number | undefined>()
    let finish = (): void => {}
    const { client } = await setUp(
      (request, response) => {
        ports.add(request.socket.remotePort)
        response.write('the rest')
        finish = () => void response.end(' comes later')
      },
      { maxConnections: 1 },
    )
    for (let i = 0; i < 5; i++) {
      const discarded = (await get(client)).discard()
      finish()
      await discarded
    }
    expect(ports.size).toBe(1)
  })

  it('closes the connection on discard in the middle of a body', async () => {
    const closed = deferred()
    const { client } = await setUp((_request, response) => {
      response.write('x'.repeat(1_000))
      response.on('close', closed.resolve)
    })
    const response = await get(client)
    const reader = response.body[Symbol.asyncIterator]()
    await reader.next()
    await response.discard()
    await closed.promise
    await expect(reader.next()).rejects.toMatchObject({ code: 'no-response' })
  })

  it('can be read only once', async () => {
    const { client } = await setUp((_request, response) => response.end('{}'))
    const response = await get(client)
    await response.text()
    await expect(response.json()).rejects.toThrow(TypeError)
  })
})

describe('signals and timeouts', () => {
  it('rejects with the reason of the signal before, during and after the headers', async () => {
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    const { client, server } = await setUp((request, response) => {
      if (request.url?.endsWith('never')) controller.abort(reason)
      else response.write('{"value":[')
    })
    await expect(
      client.request({ method: 'GET', path: 'x' }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    expect(server.requests).toHaveLength(0)
    await expect(
      client.request({ method: 'GET', path: 'never' }, { signal: controller.signal }),
    ).rejects.toBe(reason)
    const later = new AbortController()
    const response = await client.request({ method: 'GET', path: 'body' }, { signal: later.signal })
    const reading = response.text()
    later.abort(reason)
    await expect(reading).rejects.toBe(reason)
  })

  it('leaves no listener on a signal that outlives many requests', async () => {
    const { signal } = new AbortController()
    const { client } = await setUp((request, response, index) => {
      if (index % 3 === 0) request.socket.destroy()
      else response.writeHead(index % 3 === 1 ? 200 : 404).end(text)
    })
    const read = async (): Promise<unknown> =>
      (await client.request({ method: 'GET', path: 'contacts' }, { signal })).text()
    for (let i = 0; i < 30; i++) await read().catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('gives up on a service that never answers', async () => {
    const { client } = await setUp(() => {}, { headersTimeoutMs: 20 })
    await expect(get(client)).rejects.toMatchObject({
      code: 'no-response',
      message: expect.stringContaining('no answer within headersTimeoutMs'),
    })
  })

  it('gives up on a body that stalls', async () => {
    const { client } = await setUp((_request, response) => void response.write('{'), { bodyTimeoutMs: 20 })
    await expect((await get(client)).text()).rejects.toMatchObject({
      code: 'no-response',
      message: expect.stringContaining('stalled for bodyTimeoutMs'),
    })
  })

  it('reports an answer that is no HTTP', async () => {
    const tcp = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    tcp.listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const address = tcp.address() as { port: number }
    const client = createClient({ url: `http://127.0.0.1:${address.port}`, retry: { maxAttempts: 1 } })
    await expect(get(client)).rejects.toMatchObject({ code: 'no-response' })
    await client.close()
    tcp.close()
  })
})

describe('redirects', () => {
  it('are refused and name the target host only', async () => {
    const other = await startServer((_request, response) => response.end('{}'))
    cleanUp.push(other.close)
    const { client } = await setUp((_request, response) => {
      response.writeHead(302, { location: `${other.url}/signin?state=s3cret-state` }).end()
    })
    const error = await get(client).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad-response', status: 302, retryable: false })
    expect(String(error)).toContain(`was redirected (302) to ${new URL(other.url).host}`)
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('s3cret-state')
    expect(other.requests).toHaveLength(0)
  })
})

describe('https', () => {
  it('uses an own dispatcher with an own authority and leaves it open', async () => {
    const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    })
    const server = await startServer((_request, response) => response.end('{"secure":true}'), {
      key: pems.private,
      cert: pems.cert,
    })
    const dispatcher = new Agent({ connect: { ca: pems.cert } })
    cleanUp.push(server.close, () => dispatcher.close())
    const client = createClient({ url: server.url, token: () => 't', dispatcher })
    expect(await (await get(client)).json()).toEqual({ secure: true })
    await client.close()
    expect(dispatcher.closed).toBe(false)

    const distrustful = createClient({ url: server.url, token: () => 't' })
    const error = await get(distrustful).catch((thrown: unknown) => thrown)
    // Waiting does not make a certificate trusted, so there is no second try.
    expect(error).toMatchObject({ code: 'no-response', retryable: false })
    expect(String(error)).toContain('the TLS connection failed')
    await distrustful.close()
  })
})

describe('close()', () => {
  it('waits for requests under way, then refuses new ones', async () => {
    let answer = (): void => {}
    const arrived = deferred()
    const { client } = await setUp((_request, response) => {
      answer = () => void response.end('{}')
      arrived.resolve()
    })
    const request = get(client)
    await arrived.promise
    const closing = client.close()
    answer()
    expect((await request).status).toBe(200)
    await closing
    await expect(get(client)).rejects.toThrow('is closed')
  })

  it('does not wait for a body that nobody reads', async () => {
    const { client, server } = await setUp((_request, response) => void response.write(text))
    await get(client)
    await client[Symbol.asyncDispose]()
    while ((await server.openSockets()) > 0) await new Promise((resolve) => setImmediate(resolve))
  })
})

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
