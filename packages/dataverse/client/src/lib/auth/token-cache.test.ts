import { DataverseError } from '@deltaverse/core'
import { describe, expect, it } from 'vitest'
import { createTokenCache } from './token-cache.js'
import type { AccessToken, GetTokenOptions } from './token-credential.js'

interface Fetch {
  readonly options: GetTokenOptions
  readonly answer: (token: Partial<AccessToken>) => void
  readonly fail: (error: unknown) => void
}

const hourMs = 3_600_000

function setUp() {
  let nowMs = 1_000_000
  const fetches: Fetch[] = []
  const cache = createTokenCache({
    scopes: ['https://contoso/.default'],
    clock: { now: () => nowMs, delay: async () => {} },
    credential: {
      getToken: (_scopes, options = {}) =>
        new Promise((resolve, reject) => {
          fetches.push({
            options,
            answer: (token) => resolve({ token: 'a', expiresOnTimestamp: nowMs + hourMs, ...token }),
            fail: reject,
          })
        }),
    },
  })
  return {
    cache,
    fetches,
    advance: (ms: number) => {
      nowMs += ms
    },
    now: () => nowMs,
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function withToken() {
  const set = setUp()
  const first = set.cache.getToken()
  set.fetches[0]?.answer({ token: 'first' })
  await first
  return set
}

describe('createTokenCache()', () => {
  it('fetches once for everybody who waits', async () => {
    const { cache, fetches } = setUp()
    const waiting = Promise.all([cache.getToken(), cache.getToken(), cache.getToken()])
    fetches[0]?.answer({ token: 'one' })
    expect(await waiting).toEqual(['one', 'one', 'one'])
    expect(await cache.getToken()).toBe('one')
    expect(fetches).toHaveLength(1)
  })

  it('does not let somebody who aborts stop the others', async () => {
    const { cache, fetches } = setUp()
    const controller = new AbortController()
    const impatient = cache.getToken(controller.signal)
    const patient = cache.getToken()
    const reason = new Error('too slow')
    controller.abort(reason)
    await expect(impatient).rejects.toBe(reason)
    expect(fetches[0]?.options.abortSignal?.aborted).toBe(false)
    fetches[0]?.answer({ token: 'one' })
    expect(await patient).toBe('one')
  })

  it('stops fetching when nobody waits any more, and starts afresh for the next', async () => {
    const { cache, fetches } = setUp()
    const controller = new AbortController()
    const only = cache.getToken(controller.signal)
    controller.abort(new Error('gone'))
    await expect(only).rejects.toThrow('gone')
    expect(fetches[0]?.options.abortSignal?.aborted).toBe(true)
    const next = cache.getToken()
    fetches[0]?.answer({ token: 'stale' })
    await turn()
    const another = cache.getToken()
    fetches[1]?.answer({ token: 'two' })
    expect(await Promise.all([next, another])).toEqual(['two', 'two'])
    expect(await cache.getToken()).toBe('two')
    expect(fetches).toHaveLength(2)
  })

  it('fetches five minutes ahead of expiry, behind the requests', async () => {
    const { cache, fetches, advance } = await withToken()
    advance(hourMs - 5 * 60_000 - 1)
    expect(await cache.getToken()).toBe('first')
    expect(fetches).toHaveLength(1)
    advance(1)
    expect(await cache.getToken()).toBe('first')
    expect(await cache.getToken()).toBe('first')
    expect(fetches).toHaveLength(2)
    expect(fetches[1]?.options.forceRefresh).toBe(true)
    fetches[1]?.answer({ token: 'second' })
    await turn()
    expect(await cache.getToken()).toBe('second')
  })

  it('takes a tenth of a short life, and the time that the credential names', async () => {
    const short = setUp()
    const first = short.cache.getToken()
    short.fetches[0]?.answer({ expiresOnTimestamp: short.now() + 600_000 })
    await first
    short.advance(539_999)
    await short.cache.getToken()
    expect(short.fetches).toHaveLength(1)
    short.advance(1)
    await short.cache.getToken()
    expect(short.fetches).toHaveLength(2)

    const named = setUp()
    const other = named.cache.getToken()
    named.fetches[0]?.answer({ refreshAfterTimestamp: named.now() + 60_000 })
    await other
    named.advance(60_000)
    await named.cache.getToken()
    expect(named.fetches).toHaveLength(2)
  })

  it('forgives a refresh that fails while the token is good, and waits before the next', async () => {
    const { cache, fetches, advance } = await withToken()
    advance(hourMs - 60_000)
    await cache.getToken()
    fetches[1]?.fail(new Error('authority is down'))
    await turn()
    expect(await cache.getToken()).toBe('first')
    expect(fetches).toHaveLength(2)
    advance(30_000)
    await cache.getToken()
    expect(fetches).toHaveLength(3)
  })

  it('waits for a new token once the old one has expired', async () => {
    const { cache, fetches, advance } = await withToken()
    advance(hourMs)
    const next = cache.getToken()
    fetches[1]?.answer({ token: 'second' })
    expect(await next).toBe('second')
  })

  it('asks again after a refusal, but not when the refused token was replaced already', async () => {
    const { cache, fetches } = await withToken()
    cache.refuse('first', '{"access_token":{}}')
    const next = cache.getToken()
    expect(fetches[1]?.options).toMatchObject({ forceRefresh: true, claims: '{"access_token":{}}' })
    fetches[1]?.answer({ token: 'second' })
    expect(await next).toBe('second')
    cache.refuse('first', undefined)
    expect(await cache.getToken()).toBe('second')
    expect(fetches).toHaveLength(2)
  })

  it('does not take a token for an answer to claims that it was fetched without', async () => {
    const { cache, fetches, advance } = await withToken()
    advance(hourMs - 60_000)
    await cache.getToken()
    cache.refuse('first', '{"access_token":{}}')
    const next = cache.getToken()
    fetches[1]?.answer({ token: 'without' })
    fetches[2]?.answer({ token: 'with' })
    expect(await next).toBe('with')
    expect(fetches[2]?.options.claims).toBe('{"access_token":{}}')
  })

  it('does not remember a failure', async () => {
    const { cache, fetches } = setUp()
    const failing = cache.getToken()
    fetches[0]?.fail(new Error('no network'))
    await expect(failing).rejects.toMatchObject({ code: 'unauthorized' })
    const next = cache.getToken()
    fetches[1]?.answer({ token: 'one' })
    expect(await next).toBe('one')
  })

  it('lets an error of this house through, so that a lost connection stays retryable', async () => {
    const { cache, fetches } = setUp()
    const failing = cache.getToken()
    const error = new DataverseError('nothing came', { code: 'no-response', retryable: true })
    fetches[0]?.fail(error)
    await expect(failing).rejects.toBe(error)
  })

  it.each([null, { token: '', expiresOnTimestamp: 0 }])('refuses %j for a token', async (token) => {
    const cache = createTokenCache({
      scopes: ['s'],
      clock: { now: () => 0, delay: async () => {} },
      credential: { getToken: async () => token },
    })
    await expect(cache.getToken()).rejects.toThrow('No token for s: the credential returned none.')
  })
})
