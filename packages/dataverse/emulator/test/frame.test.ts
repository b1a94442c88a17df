import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
afterEach(() => emulator.close())

/** Sends with `node:http`, which leaves compressed bodies and the `Host` header alone. */
function raw(
  url: string,
  headers: Record<string, string | string[]>,
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) })
    })
      .on('error', reject)
      .end()
  })
}

describe('the HTTP frame', () => {
  it('serves every version root from 9.0 to 9.2 and writes links for the host that was asked', async () => {
    emulator = await startEmulator({ tables: [things] })
    for (const version of ['v9.0', 'v9.1', 'v9.2']) {
      const { body } = await raw(`${emulator.url}/api/data/${version}/new_things`, {
        Host: 'contoso.example:1',
      })
      expect(JSON.parse(body.toString())['@odata.context']).toBe(
        `http://contoso.example:1/api/data/${version}/$metadata#new_things`,
      )
    }
    expect((await raw(`${emulator.url}/api/data/v8.2/new_things`, {})).status).toBe(404)
  })

  it('puts the organization segment into addresses when it has one', async () => {
    emulator = await startEmulator({ tables: [things], links: { organizationSegment: 'contoso' } })
    expect(emulator.serviceRoot).toBe(`${emulator.url}/contoso/api/data/v9.2`)
    const created = await send(emulator, 'POST', 'new_things', { body: {} })
    expect(created.headers.get('odata-entityid')).toContain('/contoso/api/data/v9.2/new_things(')
    expect((await fetch(`${emulator.url}/api/data/v9.2/new_things`)).status).toBe(404)
  })

  it('answers unknown segments with 404 0x8006088a', async () => {
    emulator = await startEmulator({ tables: [things] })
    for (const path of ['nothings', 'new_thing', `nothings(${guid(1)})`]) {
      const answer = await send(emulator, 'GET', path)
      expect([answer.status, errorOf(answer).code]).toEqual([404, '0x8006088a'])
      expect(errorOf(answer).message).toMatch(/^Resource not found for the segment '/)
    }
  })

  it('names what it does not support, with 501', async () => {
    emulator = await startEmulator({ tables: [things] })
    const calls: [string, string, string][] = [
      ['POST', 'CloseIncident', 'CloseIncident'],
      ['POST', `leads(${guid(1)})/Microsoft.Dynamics.CRM.QualifyLead`, 'QualifyLead'],
      ['GET', 'new_things?$apply=aggregate($count as c)', '$apply'],
      ['GET', 'new_things?savedQuery=x', 'savedQuery'],
    ]
    for (const [method, path, feature] of calls) {
      const answer = await send(emulator, method, path, method === 'GET' ? {} : { body: {} })
      expect(answer.status).toBe(501)
      expect(errorOf(answer).message).toContain(feature)
    }
  })

  it('does not overlook headers that change what a request does', async () => {
    emulator = await startEmulator({ tables: [things] })
    for (const headers of [{ 'MSCRM.SuppressDuplicateDetection': 'false' }] as Record<string, string>[]) {
      expect((await send(emulator, 'POST', 'new_things', { body: {}, headers })).status).toBe(501)
    }
    expect(emulator.table('new_things').count()).toBe(0)
  })

  it('takes rows as JSON only', async () => {
    emulator = await startEmulator({ tables: [things] })
    const headers = { 'Content-Type': 'text/plain' }
    expect((await send(emulator, 'POST', 'new_things', { body: '{}', headers })).status).toBe(415)
  })

  it('refuses methods that a resource does not have', async () => {
    emulator = await startEmulator({ tables: [things] })
    expect((await send(emulator, 'DELETE', 'new_things')).status).toBe(405)
    expect((await send(emulator, 'POST', `new_things(${guid(1)})`, { body: {} })).status).toBe(405)
    expect((await raw(`${emulator.serviceRoot}/new_things`, {}, 'HEAD')).status).toBe(405)
  })

  it('limits the length of URLs and bodies', async () => {
    emulator = await startEmulator({ tables: [things], maxRequestBytes: 100 })
    const url = `${emulator.serviceRoot}/new_things?tag=`
    const root = url.length - emulator.url.length
    expect((await raw(url + 'x'.repeat(32_768 - root), {})).status).toBe(200)
    expect((await raw(url + 'x'.repeat(32_769 - root), {})).status).toBe(414)
    const big = await send(emulator, 'POST', 'new_things', { body: { new_notes: 'x'.repeat(200) } })
    expect([big.status, errorOf(big).code]).toEqual([413, '0x8004418A'])
    async function* pieces() {
      for (let i = 0; i < 50; i += 1) yield Buffer.from('x'.repeat(50))
    }
    const streamed = await fetch(`${emulator.serviceRoot}/new_things`, {
      method: 'POST',
      body: pieces() as unknown as ReadableStream,
      duplex: 'half',
    } as RequestInit)
    expect(streamed.status).toBe(413)
  })

  it('reads preferences from one header or several', async () => {
    emulator = await startEmulator({ tables: [things] })
    for (const Prefer of [
      'odata.track-changes,odata.maxpagesize=2',
      ['odata.maxpagesize=2', 'odata.track-changes'],
    ]) {
      const { headers } = await raw(`${emulator.serviceRoot}/new_things`, { Prefer })
      expect(headers['preference-applied']).toBe('odata.track-changes, odata.maxpagesize=2')
    }
  })

  it('compresses with gzip or br only when accepted, and never when told not to', async () => {
    emulator = await startEmulator({ tables: [things] })
    for (let i = 0; i < 20; i += 1) emulator.table('new_things').create({ new_name: `Name ${i}` })
    const url = `${emulator.serviceRoot}/new_things`
    const encodings = ['gzip, deflate, br', 'br', 'gzip;q=0, br', 'identity', ''].map(
      async (accept) => (await raw(url, { 'Accept-Encoding': accept })).headers['content-encoding'],
    )
    expect(await Promise.all(encodings)).toEqual(['gzip', 'br', 'br', undefined, undefined])
    expect(rowsOf(await send(emulator, 'GET', 'new_things'))).toHaveLength(20)
  })

  it('asks for a token as the service does when the header is not accepted', async () => {
    emulator = await startEmulator({ authorize: (header) => header === 'Bearer good' })
    const refused = await send(emulator, 'GET', 'accounts')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer authorization_uri=https:\/\/\S+\/oauth2\/authorize, resource_id=http:\/\/127\.0\.0\.1:\d+\/$/,
    )
    const accepted = await send(emulator, 'GET', 'accounts', { headers: { Authorization: 'Bearer good' } })
    expect(accepted.status).toBe(200)
  })

  it('writes errors in the style of other editions when asked', async () => {
    emulator = await startEmulator({ errorBody: 'empty-code' })
    expect(errorOf(await send(emulator, 'GET', 'nothings')).code).toBe('')
    await emulator.close()
    emulator = await startEmulator({ errorBody: 'inner-error' })
    const error = errorOf(await send(emulator, 'GET', 'nothings'))
    expect(error.code).toBe('0x8006088a')
    expect(error.innererror).toMatchObject({ type: 'Microsoft.Crm.CrmHttpException' })
  })

  it('adds annotations to errors on request', async () => {
    emulator = await startEmulator()
    const plain = errorOf(await send(emulator, 'GET', `accounts(${guid(1)})`))
    expect(Object.keys(plain)).toEqual(['code', 'message'])
    const headers = { Prefer: 'odata.include-annotations="*"' }
    const annotated = errorOf(await send(emulator, 'GET', `accounts(${guid(1)})`, { headers }))
    expect(annotated['@Microsoft.PowerApps.CDS.HelpLink']).toContain('0x80040217')
  })

  it('keeps the newest requests and counts them all', async () => {
    emulator = await startEmulator({ requestLogLimit: 2 })
    for (const set of ['accounts', 'contacts', 'nothings']) await send(emulator, 'GET', set)
    expect(emulator.requests.map(({ status, url }) => [status, url])).toEqual([
      [200, '/api/data/v9.2/contacts'],
      [404, '/api/data/v9.2/nothings'],
    ])
    expect(emulator.requestCount).toBe(3)
  })

  it('refuses unsound options with what it expected and got', async () => {
    emulator = await startEmulator()
    await expect(startEmulator({ port: -1 })).rejects.toThrow('port is a number from 0 to 65535: got -1')
    await expect(startEmulator({ maxPageSize: 1.5 })).rejects.toThrow(
      'maxPageSize is a whole number: got 1.5',
    )
    await expect(startEmulator({ changeTracking: { expiry: 'never' as 'error' } })).rejects.toThrow(
      "changeTracking.expiry is one of error, full-result: got 'never'",
    )
  })
})
