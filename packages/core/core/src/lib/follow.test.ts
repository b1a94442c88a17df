import { describe, expect, it } from 'vitest'
import { DataverseError, ResponseError } from './errors.js'
import { type FollowEvent, type Followed, follow } from './follow.js'

const enough = new Error('enough')
const busy = new DataverseError('busy', { code: 'unavailable', retryable: true })
const throttled = (retryAfterMs: number) =>
  new ResponseError('throttled', {
    code: 'throttled',
    retryable: true,
    status: 429,
    retryAfterMs,
    method: 'GET',
    url: '/things',
  })

/** Follows reads that end as they are told to, until there is none left. */
async function play(reads: readonly (boolean | Error)[], followed: Partial<Followed<string>> = {}) {
  const events: FollowEvent[] = []
  const waitedMs: number[] = []
  const brought: string[] = []
  let letGo = 0
  let next = 0
  const following = follow<string>({
    async *read() {
      const outcome = reads[next]
      next += 1
      if (outcome === undefined) throw enough
      yield `read ${next}`
      if (outcome instanceof Error) throw outcome
      return outcome
    },
    async wait(ms) {
      waitedMs.push(ms)
    },
    async letGo() {
      letGo += 1
    },
    intervals: { minIntervalMs: 1_000, maxIntervalMs: 8_000 },
    onEvent: (event) => events.push(event),
    clock: { now: () => 1_000_000 },
    random: () => 0.5,
    ...followed,
  })
  const ended = (async () => {
    for await (const item of following) brought.push(item)
  })()
  const error: unknown = await ended.catch((caught: unknown) => caught)
  return { error, events, waitedMs, brought, letGo }
}

describe('follow()', () => {
  it('hands on what the reads bring, and waits longer while nothing changes', async () => {
    const { waitedMs, brought, events } = await play([true, false, false, false, false, true])
    expect(brought).toEqual(['read 1', 'read 2', 'read 3', 'read 4', 'read 5', 'read 6'])
    expect(waitedMs).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 1_000])
    expect(events.map(({ kind, delayMs }) => [kind, delayMs])).toEqual(waitedMs.map((ms) => ['waiting', ms]))
  })

  it('waits twice as long behind each failure, lets go of what is open, and begins anew behind a success', async () => {
    const { waitedMs, events, letGo } = await play([busy, busy, busy, busy, busy, true, busy])
    expect(waitedMs).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 1_000, 1_000])
    expect(letGo).toBe(6)
    expect(events[0]).toEqual({ kind: 'failed-poll', error: busy, delayMs: 1_000, untilMs: 1_001_000 })
  })

  it('waits as long as it is asked to, never less than its own back-off, and an hour at most', async () => {
    const { waitedMs, events } = await play([throttled(5_000), throttled(1), throttled(1e12)])
    expect(waitedMs).toEqual([5_000, 2_000, 3_600_000])
    expect(events.at(-1)).toMatchObject({ kind: 'failed-poll', untilMs: 4_600_000 })
  })

  it('ends with what waiting will not cure, and with the reason of its signal', async () => {
    const broken = new DataverseError('broken', { code: 'bad-response' })
    expect((await play([broken])).error).toBe(broken)
    const controller = new AbortController()
    controller.abort()
    expect((await play([busy], { signal: controller.signal })).error).toBe(busy)
    expect((await play([true], { wait: () => Promise.reject(enough) })).error).toBe(enough)
  })

  it('varies its waits by a fifth', async () => {
    expect((await play([true], { random: () => 0 })).waitedMs).toEqual([800])
    expect((await play([true], { random: () => 0.999 })).waitedMs[0]).toBeCloseTo(1_200, -1)
  })

  it.each([
    { minIntervalMs: 0 },
    { minIntervalMs: Number.NaN },
    { minIntervalMs: 5, maxIntervalMs: 4 },
    { maxIntervalMs: Number.POSITIVE_INFINITY },
  ])('refuses intervals that cannot be right: %j', async (intervals) => {
    expect((await play([true], { intervals })).error).toBeInstanceOf(RangeError)
  })
})
