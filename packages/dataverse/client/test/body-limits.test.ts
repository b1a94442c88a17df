import { gzipSync } from 'node:zlib'
import { createClient } from '@deltaverse/client'
import { isDataverseError } from '@deltaverse/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type Handler, startServer, type TestServer } from './start-server.js'

let server: TestServer
afterEach(() => server.close())

const maxBodyBytes = 100_000

async function read(handler: Handler, how: 'buffered' | 'json' | 'bytes'): Promise<unknown> {
  server = await startServer(handler)
  const client = createClient({ url: server.url, maxBodyBytes, retry: { maxAttempts: 1 } })
  try {
    const response = await client.request({ method: 'GET', path: 'x', buffered: how === 'buffered' })
    return how === 'bytes' ? await response.bytes() : await response.json()
  } finally {
    await client.close()
  }
}

/** Writes as long as the other side reads, and never ends. */
const endless: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(16_384, ' ')
  const go = (): void => {
    while (!response.destroyed && response.write(chunk));
    response.once('drain', go)
  }
  go()
}

const sized: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(maxBodyBytes + 1) })
  response.end(Buffer.alloc(maxBodyBytes + 1, ' '))
}

const zipped: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  response.end(gzipSync(Buffer.alloc(50 * maxBodyBytes, ' ')))
}

describe('a body that is too large to be put into memory', () => {
  for (const [name, handler] of Object.entries({ endless, sized, zipped })) {
    it.each(['buffered', 'json', 'bytes'] as const)(
      `is refused with its place and the option: ${name}, %s`,
      async (how) => {
        const error: unknown = await read(handler, how).catch((thrown: unknown) => thrown)
        expect(isDataverseError(error) && error.code).toBe('bad-response')
        expect(String(error)).toMatch(/GET http.*\/x was answered with more than 100000 bytes.*maxBodyBytes/)
        expect(isDataverseError(error) && error.retryable).toBe(false)
      },
    )
  }

  it('is taken up to the limit, sized or not, zipped or not', async () => {
    const text = JSON.stringify('x'.repeat(maxBodyBytes - 2))
    for (const headers of [{ 'content-length': String(text.length) }, {}, { 'content-encoding': 'gzip' }]) {
      const answer = await read((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', ...headers })
        response.end('content-encoding' in headers ? gzipSync(text) : text)
      }, 'json')
      expect(answer).toHaveLength(maxBodyBytes - 2)
      await server.close()
    }
    server = await startServer(() => undefined)
  })
})
