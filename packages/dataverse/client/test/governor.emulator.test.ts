import { type ClientEvent, type ClientOptions, createClient, type DataverseClient } from '@deltaverse/client'
import { createVirtualTime, type Emulator, type LimitsOptions, startEmulator } from '@deltaverse/emulator'
import { afterEach, describe, expect, it } from 'vitest'

let emulator: Emulator
let client: DataverseClient
afterEach(async () => {
  await client.close()
  await emulator.close()
})

// One second of execution for each second, in windows of a minute; a request takes 500 ms.
const limits: LimitsOptions = {
  windowMs: 60_000,
  executionTimeMs: 60_000,
  saturation: 8,
  cost: { requestMs: 500, rowMs: 0 },
}
/** 165 seconds of execution: one user needs three windows for them, whatever he does. */
const requests = 330

/** Creates rows with more callers than the service carries; tells how long that took in the time of the emulator. */
async function load(serviceLimits: LimitsOptions, options: Partial<ClientOptions> = {}): Promise<number> {
  const time = createVirtualTime()
  emulator = await startEmulator({ clock: time.now, wait: time.wait, limits: serviceLimits })
  client = createClient({
    url: emulator.url,
    token: () => 'test',
    clock: { now: time.now, delay: time.wait },
    ...options,
  })
  const startMs = time.now()
  let next = 0
  const work = async (): Promise<void> => {
    while (next < requests) {
      const body = { lastname: `Lovelace ${next++}` }
      await (await client.request({ method: 'POST', path: 'contacts', body })).discard()
    }
  }
  await Promise.all(Array.from({ length: 24 }, work))
  return time.now() - startMs
}

const windowMs = 60_000

describe('against an emulator that enforces the limits', () => {
  it.each([
    ['hints at what it carries', {}],
    ['hints at far more than it carries', { dopHint: 40 }],
  ])('writes every row once in the windows that it takes, where the service %s', async (_name, more) => {
    const tookMs = await load({ ...limits, ...more })
    expect(emulator.table('contacts').count()).toBe(requests)
    expect(tookMs).toBeGreaterThan(2 * windowMs)
    expect(tookMs).toBeLessThan(3 * windowMs)
    const { governors } = client.governor.stats()
    expect(governors[0]?.totals).toMatchObject({ admitted: governors[0]?.totals.ended })
    expect(governors[0]?.totals.refused).toBeLessThanOrEqual(8)
    expect(governors[0]?.limits.windowMs).toBe(governors[0]?.totals.refused === 0 ? 300_000 : limits.windowMs)
  })

  it('notices by the time of answers alone that they are too many, and says so', async () => {
    const events: ClientEvent[] = []
    const generous = { windowMs: 60_000, executionTimeMs: 6_000_000 }
    await load({ ...limits, ...generous, dopHint: 40 }, { onEvent: (event) => events.push(event) })
    const reasons = events.map((event) => (event.kind === 'ceiling-changed' ? event.reason : ''))
    expect(reasons).toEqual(expect.arrayContaining(['rising', 'latency']))
    expect(client.governor.stats().governors[0]).toMatchObject({ ceilingReason: 'latency' })
    expect(client.governor.ceiling).toBeLessThanOrEqual(9)
    // 24 callers push, 40 are recommended, and nothing was refused.
    expect(emulator.limits?.snapshot().peakConcurrency).toBeLessThanOrEqual(15)
    expect(client.governor.stats().governors[0]?.totals.refused).toBe(0)
  })

  it('gets further with two application users', async () => {
    const credential = (name: string) => ({
      getToken: async () => ({ token: name, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
    })
    const tookMs = await load(
      { ...limits, saturation: 64, dopHint: 16 },
      {
        token: undefined,
        credentials: [credential('one'), credential('two')],
      },
    )
    expect(emulator.table('contacts').count()).toBe(requests)
    expect(tookMs).toBeLessThan(1.5 * windowMs)
  })
})
