import { createClient } from '@deltaverse/client'
import { describe, expect, it } from 'vitest'
import { startServer } from './start-server.js'

describe('createClient()', () => {
  it('sends the headers of the Web API and a token, and reads JSON', async () => {
    const server = await startServer((request, response) => {
      response.setHeader('X-MS-Service-Request-Id', 'r-1')
      response.setHeader('Set-Cookie', 'ARRAffinity=1')
      response.end(JSON.stringify({ url: request.url, headers: request.headers }))
    })
    const client = createClient({ url: server.url, token: () => 'secret-token' })
    const response = await client.request({ method: 'GET', path: 'contacts?$select=fullname' })
    expect(response.status).toBe(200)
    expect(response.requestId).toBe('r-1')
    expect(response.headers).not.toHaveProperty('set-cookie')
    const seen = (await response.json()) as { url: string; headers: Record<string, string> }
    expect(seen.url).toBe('/api/data/v9.2/contacts?$select=fullname')
    expect(seen.headers).toMatchObject({
      accept: 'application/json',
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
      'if-none-match': 'null',
      authorization: 'Bearer secret-token',
    })
    await client.close()
    await server.close()
  })
})
