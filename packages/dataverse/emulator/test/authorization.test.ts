import { afterEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { send } from './support/api.js'
import { flat, sendBatch } from './support/batch.js'

let emulator: Emulator
afterEach(() => emulator.close())

const challenge =
  /^Bearer authorization_uri=https:\/\/\S+\/oauth2\/authorize, resource_id=http:\/\/127\.0\.0\.1:\d+\/$/
const token = { Authorization: 'Bearer token' }

describe('requireAuthorization', () => {
  it('answers requests without a token with 401 and where to get one, and has no effect', async () => {
    emulator = await startEmulator({ requireAuthorization: true })
    const requests: [string, string, unknown?][] = [
      ['GET', ''],
      ['GET', '$metadata'],
      ['GET', 'accounts'],
      ['GET', 'nothings'],
      ['POST', 'accounts', { name: 'A' }],
      ['POST', '$batch', 'x'],
    ]
    for (const [method, path, body] of requests) {
      const answer = await send(emulator, method, path, { body })
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers.get('www-authenticate')).toMatch(challenge)
    }
    expect(emulator.table('accounts').count()).toBe(0)
  })

  it('takes any token, and asks for none in the parts of a batch', async () => {
    emulator = await startEmulator({ requireAuthorization: true })
    expect((await send(emulator, 'GET', 'accounts', { headers: token })).status).toBe(200)
    const batch = await sendBatch(emulator, [{ method: 'GET', url: 'accounts' }], token)
    expect(flat(batch).map(({ status }) => status)).toEqual([200])
  })

  it('goes together with authorize, which sees what is there', async () => {
    const seen: (string | undefined)[] = []
    emulator = await startEmulator({
      requireAuthorization: true,
      authorize: (header) => seen.push(header) > 1,
    })
    expect((await send(emulator, 'GET', 'accounts')).status).toBe(401)
    expect((await send(emulator, 'GET', 'accounts', { headers: token })).status).toBe(401)
    expect((await send(emulator, 'GET', 'accounts', { headers: token })).status).toBe(200)
    expect(seen).toEqual(['Bearer token', 'Bearer token'])
  })

  it('is off unless asked for', async () => {
    emulator = await startEmulator()
    expect((await send(emulator, 'GET', 'accounts')).status).toBe(200)
  })
})
