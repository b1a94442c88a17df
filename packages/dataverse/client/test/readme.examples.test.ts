// The code between the marks is what the README shows; a check of the repository compares the two.
import { createClient, createGovernor, type DataverseClient, type Interceptor } from '@deltaverse/client'
import { credentialFromEnvironment } from '@deltaverse/client/credentials'
import { isDataverseError } from '@deltaverse/core'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { linkToPath } from '@deltaverse/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let emulator: Emulator
let url: string
const cleanUp: DataverseClient[] = []

beforeEach(async () => {
  emulator = await startEmulator()
  url = emulator.url
  for (const lastname of ['Lovelace', 'Hopper']) emulator.table('contacts').create({ lastname })
})

afterEach(async () => {
  for (const client of cleanUp.splice(0)) await client.close()
  await emulator.close()
})

describe('the README', () => {
  it('creates a client and reads a page', async () => {
    const process = { env: { DATAVERSE_URL: emulator.url, DATAVERSE_TOKEN: 'test' } }
    // example: request
    const url = process.env.DATAVERSE_URL ?? 'https://contoso.crm4.dynamics.com'
    const client = createClient({ url, credential: credentialFromEnvironment(process.env, url) })
    const response = await client.request({ method: 'GET', path: 'contacts?$select=fullname&$top=10' })
    const page = await response.json()
    // end
    cleanUp.push(client)
    expect((page as { value: unknown[] }).value).toHaveLength(2)
  })

  it('follows a link', async () => {
    const client = createClient({ url, token: () => 'test' })
    cleanUp.push(client)
    const first = await client.request({
      method: 'GET',
      path: 'contacts?$select=fullname',
      headers: { Prefer: 'odata.maxpagesize=1' },
    })
    const page = (await first.json()) as { '@odata.nextLink': string }
    let bytes = 0
    // example: follow
    const path = linkToPath(client.serviceRoot, page['@odata.nextLink'])
    for await (const chunk of (await client.request({ method: 'GET', path })).body) {
      bytes += chunk.length
    }
    // end
    expect(bytes).toBeGreaterThan(0)
  })

  it('branches on the code of an error', async () => {
    const client = createClient({ url, token: () => 'test' })
    cleanUp.push(client)
    const reported: string[] = []
    const report = (line: string) => reported.push(line)
    const id = '00000000-0000-0000-0000-00000000dead'
    emulator.faults.next({ status: 404, code: '0x80040217' })
    // example: errors
    try {
      await client.request({ method: 'PATCH', path: `contacts(${id})`, body: { lastname: 'Byron' } })
    } catch (error) {
      if (!isDataverseError(error) || error.code !== 'not-found') throw error
      report(`${id} is gone`)
    }
    // end
    expect(reported).toEqual([`${id} is gone`])
  })

  it('logs by an interceptor', async () => {
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    const getToken = () => 'test'
    // example: interceptor
    const logRequests: Interceptor = (next) => async (request) => {
      const response = await next(request)
      log(`${request.method} ${request.url} ${response.status} ${response.requestId}`)
      return response
    }
    const client = createClient({
      url,
      token: getToken,
      interceptors: [logRequests],
      onEvent: (event) => {
        if (event.kind === 'retry') log(`${event.error.message} Again in ${event.delayMs} ms`)
      },
    })
    // end
    cleanUp.push(client)
    await (await client.request({ method: 'GET', path: 'contacts' })).discard()
    expect(lines[0]).toMatch(/^GET http.*\/contacts 200 /)
  })

  it('asks the governor', async () => {
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    const credential = { getToken: async () => ({ token: 'a', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }
    const [erp, webShop] = [credential, { ...credential }]
    const next = (count: number) => [{ lastname: `one of ${count}` }]
    const toBody = (rows: readonly { lastname: string }[]) => rows[0] ?? {}
    const path = 'contacts'
    // example: governor
    const client = createClient({
      url,
      credentials: [erp, webShop],
      onEvent: (event) => {
        if (event.kind !== 'retry') log(`${event.name} ${event.kind}`)
      },
    })
    const sizer = client.governor.sizer('contacts')
    const rows = next(sizer.next())
    const response = await client.request({ method: 'POST', path, body: toBody(rows), rows: rows.length })
    sizer.record({ rows: rows.length, durationMs: response.elapsedMs ?? 0, ok: true })
    const { ceiling, inFlight, waiting, governors } = client.governor.stats()
    // end
    cleanUp.push(client)
    expect({ ceiling, inFlight, waiting, count: governors.length }).toEqual({
      ceiling: 8,
      inFlight: 0,
      waiting: 0,
      count: 2,
    })
  })

  it('shares a governor', async () => {
    const credential = { getToken: async () => ({ token: 'a', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) }
    // example: share
    const governor = createGovernor({ maxConcurrency: 20, polite: { share: 0.7 } })
    const reader = createClient({ url, credential, governor })
    const writer = createClient({ url, credential, governor })
    // end
    cleanUp.push(reader, writer)
    await (await reader.request({ method: 'GET', path: 'contacts' })).discard()
    await (await writer.request({ method: 'GET', path: 'contacts' })).discard()
    expect(governor.stats().totals.ended).toBe(2)
  })
})
