import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
const waits: number[] = []

beforeEach(async () => {
  waits.length = 0
  emulator = await startEmulator({
    tables: [things],
    wait: async (ms) => {
      waits.push(ms)
    },
  })
})
afterEach(() => emulator.close())

const count = () => emulator.table('new_things').count()
const post = () => send(emulator, 'POST', 'new_things', { body: { new_name: 'A' } })

/** Everything that a connection receives until it ends, and how it ended. */
function receive(path: string, headers = ''): Promise<{ head: string; body: Buffer; end: string }> {
  const { hostname, port } = new URL(emulator.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    let end = 'closed'
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end = error.code ?? 'error'
    })
    socket.on('close', () => {
      const all = Buffer.concat(chunks)
      const split = all.indexOf('\r\n\r\n')
      resolve({
        head: all.subarray(0, Math.max(split, 0)).toString(),
        body: all.subarray(split + 4),
        end,
      })
    })
    socket.write(`GET /api/data/v9.2/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)
  })
}

describe('an answer instead of the effect', () => {
  it('throttles the next request with Retry-After, then lets the next one through', async () => {
    emulator.faults.next({ status: 429, code: '0x80072321', retryAfterSeconds: 27 })
    const refused = await post()
    expect([refused.status, refused.headers.get('retry-after'), errorOf(refused).code]).toEqual([
      429,
      '27',
      '0x80072321',
    ])
    expect(count()).toBe(0)
    expect((await post()).status).toBe(204)
  })

  it('can be flat as in batches, or a page of a gateway', async () => {
    emulator.faults.next({ status: 429, body: 'flat' })
    expect((await post()).json).toMatchObject({
      ErrorCode: '0x80072322',
      ExceptionType: 'Microsoft.OData.ODataException',
    })
    emulator.faults.next({ status: 503, body: 'html' })
    const page = await post()
    expect(page.headers.get('content-type')).toBe('text/html')
    expect(page.text).toContain('<html>')
  })

  it('asks for a token with 401', async () => {
    emulator.faults.next({ status: 401 })
    const answer = await post()
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('authorization_uri='),
    ])
  })
})

describe('which requests it hits', () => {
  it('by method, URL, number and times', async () => {
    emulator.faults.add({ method: 'post', url: /new_things$/, nth: 2, times: 2, status: 503 })
    const statuses: number[] = []
    for (let i = 0; i < 5; i += 1) {
      await send(emulator, 'GET', 'new_things')
      statuses.push((await post()).status)
    }
    expect(statuses).toEqual([204, 503, 503, 204, 204])
  })

  it('by part of the URL, without limit, until cleared', async () => {
    emulator.faults.add({ url: 'accounts', status: 500 })
    for (let i = 0; i < 3; i += 1) expect((await send(emulator, 'GET', 'accounts')).status).toBe(500)
    expect((await send(emulator, 'GET', 'contacts')).status).toBe(200)
    emulator.faults.clear()
    expect((await send(emulator, 'GET', 'accounts')).status).toBe(200)
  })

  it('queues what is said for the next requests', async () => {
    emulator.faults.next({ status: 503 })
    emulator.faults.next({ status: 429 })
    expect([(await post()).status, (await post()).status, (await post()).status]).toEqual([503, 429, 204])
  })
})

describe('connections', () => {
  it('drop before the effect or after it', async () => {
    emulator.faults.next({ drop: 'before-effect' })
    await expect(post()).rejects.toThrow()
    expect(count()).toBe(0)
    emulator.faults.next({ drop: 'after-effect' })
    await expect(post()).rejects.toThrow()
    expect(count()).toBe(1)
    expect(emulator.requests.map(({ status }) => status)).toEqual([0, 0])
  })

  it('wait through the injected wait', async () => {
    emulator.faults.next({ latencyMs: 12_345 })
    expect((await post()).status).toBe(204)
    expect(waits).toEqual([12_345])
  })

  it('end in the middle of a body: reset, closed, or as if complete', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    emulator.faults.next({ cutBody: { afterBytes: 40 } })
    const reset = await receive('new_things')
    // Whether a client sees the reset or an early end is up to its system.
    expect(reset.body).toHaveLength(40)
    expect(reset.head).toMatch(/content-length: \d{3,}/i)
    emulator.faults.next({ cutBody: { afterBytes: 40, how: 'close' } })
    const closed = await receive('new_things')
    expect([closed.end, closed.body.length]).toEqual(['closed', 40])
    expect(closed.head).toMatch(/content-length: \d{3,}/i)
    emulator.faults.next({ cutBody: { afterBytes: 40, how: 'complete' } })
    const complete = await receive('new_things')
    expect(complete.body.toString()).toMatch(/^28\r\n[^\r]{40}\r\n0\r\n\r\n$/)
  })

  it('end inside a compressed body', async () => {
    for (let i = 0; i < 50; i += 1) emulator.table('new_things').create({ new_name: `Name ${i}` })
    emulator.faults.next({ cutBody: { afterBytes: 300, how: 'close' } })
    const cut = await receive('new_things', 'Accept-Encoding: gzip\r\n')
    expect(cut.head).toMatch(/content-encoding: gzip/i)
    expect(cut.body).toHaveLength(300)
    expect(() => gunzipSync(cut.body)).toThrow(/unexpected end of file/)
  })

  it('send bodies slowly, piece by piece', async () => {
    emulator.table('new_things').create({ new_thingid: guid(1) })
    const whole = (await receive('new_things')).body
    emulator.faults.next({ slowBody: { chunkBytes: 100, delayMs: 7 } })
    expect((await receive('new_things')).body).toEqual(whole)
    expect(waits).toEqual(new Array(Math.ceil(whole.length / 100) - 1).fill(7))
  })
})

it('closes although a request is still waiting', async () => {
  let arrived: () => void = () => {}
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const waiting = await startEmulator({
    wait: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        arrived()
      }),
  })
  waiting.faults.next({ latencyMs: 1e9 })
  const answer = send(waiting, 'GET', 'accounts').catch(() => 'gone')
  await arrival
  await waiting.close()
  expect(await answer).toBe('gone')
})

it('expires delta tokens just before a request', async () => {
  const headers = { Prefer: 'odata.track-changes' }
  const first = await send(emulator, 'GET', 'new_things', { headers })
  emulator.faults.next({ url: 'deltatoken', expireTokens: true })
  const delta = await send(emulator, 'GET', String(first.json['@odata.deltaLink']))
  expect([delta.status, errorOf(delta).code]).toEqual([400, '0x80044352'])
})
