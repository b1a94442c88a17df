import { afterEach, describe, expect, it } from 'vitest'
import { createVirtualTime, type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, send } from './support/api.js'
import { sendBatch } from './support/batch.js'
import { things } from './support/things.js'

let emulator: Emulator
afterEach(() => emulator.close())

async function start(limits: EmulatorOptions['limits'], more: EmulatorOptions = {}) {
  const time = createVirtualTime()
  emulator = await startEmulator({ tables: [things], clock: time.now, wait: time.wait, limits, ...more })
  return time
}

const who = (headers: Record<string, string> = {}) => send(emulator, 'GET', 'WhoAmI', { headers })
const create = (count: number) =>
  send(emulator, 'POST', 'new_things/Microsoft.Dynamics.CRM.CreateMultiple', {
    body: {
      Targets: Array.from({ length: count }, () => ({ '@odata.type': 'Microsoft.Dynamics.CRM.new_thing' })),
    },
  })
const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
  const results: T[] = []
  for (let i = 0; i < count; i += 1) results.push(await work())
  return results
}
const refused = (answer: Awaited<ReturnType<typeof send>>) => [
  answer.status,
  answer.headers.get('retry-after'),
  errorOf(answer).code,
  errorOf(answer).message,
]

describe('without limits', () => {
  it('nothing is counted and no header is sent', async () => {
    emulator = await startEmulator()
    const answer = await who()
    expect(answer.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests')).toBeNull()
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(emulator.limits).toBeUndefined()
  })
})

describe('what a server carries', () => {
  it('can change with the clock, and the hint with it', async () => {
    const startMs = Date.UTC(2026, 0, 1)
    const saturation = (nowMs: number): number => (nowMs < startMs + 10_000 ? 2 : 8)
    const time = await start({ saturation, cost: { requestMs: 4_000, rowMs: 0 } })
    const eight = async () => {
      const [first] = await Promise.all(Array.from({ length: 8 }, () => who()))
      return [first?.headers.get('x-ms-dop-hint'), Math.round((time.now() - startMs) / 100) / 10]
    }
    // 8 that need 4 s each share the speed of 2 for 10 s; what is left of each, 1.5 s, is then worked off side by side.
    expect(await eight()).toEqual(['8', 11.5])
    expect(await eight()).toEqual(['8', 15.5])
  })
})

describe('answers', () => {
  it('carry what is left, the hint and the affinity cookie', async () => {
    await start({})
    const answer = await who()
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-ms-ratelimit-burst-remaining-xrm-requests': '5999',
      'x-ms-ratelimit-time-remaining-xrm-requests': '1,199.98',
      'x-ms-dop-hint': '16',
      'set-cookie': expect.stringMatching(/^ARRAffinity=[^;]+; Path=\//),
    })
    const failed = await send(emulator, 'GET', 'nothings')
    expect([failed.status, failed.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests')]).toEqual([
      404,
      '5998',
    ])
  })

  it('take their time: a fixed part and a part for each row, of bulk messages and batches alike', async () => {
    const time = await start({ cost: { requestMs: 20, rowMs: 2 } })
    const took = async (work: () => Promise<unknown>) => {
      const before = time.now()
      await work()
      return time.now() - before
    }
    expect(await took(() => who())).toBeCloseTo(22, 1)
    expect(await took(() => create(100))).toBeCloseTo(220, 1)
    const parts = Array.from({ length: 10 }, () => ({ method: 'POST', url: 'new_things', body: {} }))
    expect(await took(() => sendBatch(emulator, [parts, ...parts]))).toBeCloseTo(60, 1)
    expect(emulator.limits?.snapshot()).toMatchObject({ requests: 3, rows: 121, peakConcurrency: 1 })
  })

  it('may follow a dop hint and a cost that change', async () => {
    const changeAt = Date.UTC(2026, 0, 1, 1)
    const time = await start({
      dopHint: (now) => (now < changeAt ? 8 : 4),
      cost: ({ atMs, rows, method }) => (method === 'POST' && atMs >= changeAt ? 1000 : 1) * rows,
    })
    expect((await who()).headers.get('x-ms-dop-hint')).toBe('8')
    await time.wait(3_600_000)
    const before = time.now()
    expect((await create(3)).headers.get('x-ms-dop-hint')).toBe('4')
    expect(time.now() - before).toBeCloseTo(3000, 1)
  })
})

describe('the limit of requests', () => {
  it('refuses until the window has slid on, and longer for those who push', async () => {
    const time = await start({ requests: 5, cost: { requestMs: 10_000, rowMs: 0 } })
    const first = time.now()
    expect((await times(5, who)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(time.now() - first).toBeCloseTo(50_000, 0)
    const text = 'Number of requests exceeded the limit of 5 over time window of 300 seconds.'
    expect(refused(await who())).toEqual([429, '250', '0x80072322', text])
    expect(refused(await who())[1]).toBe('251')
    expect(refused(await who())[1]).toBe('252')
    await time.wait(251_000)
    expect(refused(await who())[1]).toBe('2')
    await time.wait(2_000)
    expect((await who()).status).toBe(200)
    expect(emulator.limits?.snapshot().refusals).toEqual({ requests: 4, executionTime: 0, concurrency: 0 })
  })

  it('never admits more than it says in any window', async () => {
    const time = await start({ requests: 20, windowMs: 10_000, cost: { requestMs: 100, rowMs: 0 } })
    const admitted: number[] = []
    for (let i = 0; i < 200; i += 1) {
      const at = time.now()
      const answer = await who()
      if (answer.status === 200) admitted.push(at)
      else await time.wait(Number(answer.headers.get('retry-after')) * 1000)
    }
    const busiest = Math.max(
      ...admitted.map((from) => admitted.filter((at) => at >= from && at < from + 10_000).length),
    )
    expect(busiest).toBe(20)
    expect(emulator.limits?.snapshot().requests).toBe(admitted.length)
  })
})

describe('a refusal', () => {
  it('does not need the body, and leaves the connection in use', async () => {
    const time = await start({ requests: 1, pushPenaltySeconds: 1000 })
    const body = { new_name: 'A', new_notes: 'x'.repeat(3_000_000) }
    const post = () => send(emulator, 'POST', 'new_things', { body })
    expect((await post()).status).toBe(400)
    for (let i = 0; i < 3; i += 1) expect((await post()).status).toBe(429)
    // However hard somebody pushed, an empty window is an empty window.
    await time.wait(300_000)
    expect((await who()).status).toBe(200)
  })
})

describe('the limit of execution time', () => {
  it('refuses when the window is spent, whatever spent it', async () => {
    await start({ executionTimeMs: 10_000, cost: { requestMs: 0, rowMs: 100 } })
    expect((await create(60)).headers.get('x-ms-ratelimit-time-remaining-xrm-requests')).toBe('4.00')
    expect((await create(60)).headers.get('x-ms-ratelimit-time-remaining-xrm-requests')).toBe('0.00')
    expect(refused(await who())).toEqual([
      429,
      '294',
      '0x80072321',
      'Combined execution time of incoming requests exceeded limit of 10,000 milliseconds over time window of 300 ' +
        'seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.',
    ])
    expect(emulator.table('new_things').count()).toBe(120)
  })
})

describe('the limit of concurrency', () => {
  it('refuses at once, and admits again as soon as one is done', async () => {
    await start({ concurrency: 3 })
    const answers = await Promise.all(Array.from({ length: 5 }, () => who()))
    const refusals = answers.filter(({ status }) => status === 429)
    expect(refusals.map(refused)).toEqual(
      new Array(2).fill([429, '300', '0x80072326', 'Number of concurrent requests exceeded the limit of 3.']),
    )
    expect((await who()).status).toBe(200)
    expect(emulator.limits?.snapshot()).toMatchObject({ peakConcurrency: 3, refusals: { concurrency: 2 } })
  })
})

describe('saturation', () => {
  it('slows everything down without a refusal, and counts the time as it passes', async () => {
    const time = await start({ saturation: 4, cost: { requestMs: 100, rowMs: 0 } })
    const before = time.now()
    const took = await Promise.all(
      Array.from({ length: 16 }, async () => {
        await who()
        return time.now() - before
      }),
    )
    expect(Math.max(...took)).toBeCloseTo(400, 0)
    const { executionMs, refusals } = emulator.limits!.snapshot()
    expect(refusals).toEqual({ requests: 0, executionTime: 0, concurrency: 0 })
    // All sixteen shared the four from start to end, give or take the moments in which they arrived.
    expect(executionMs).toBeCloseTo(16 * 400, -2)
  })

  it('is not felt up to its bound', async () => {
    const time = await start({ saturation: 4, cost: { requestMs: 100, rowMs: 0 } })
    const before = time.now()
    await Promise.all(Array.from({ length: 4 }, () => who()))
    expect(time.now() - before).toBeCloseTo(100, 0)
    expect(emulator.limits?.snapshot().executionMs).toBeCloseTo(400, 0)
  })
})

describe('users and servers', () => {
  it('have budgets of their own', async () => {
    await start({ requests: 1 })
    const token = (claims: object) =>
      `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
    const status = async (headers: Record<string, string>) => (await who(headers)).status
    expect(await status({ Authorization: 'Bearer a' })).toBe(200)
    expect(await status({ Authorization: 'Bearer a' })).toBe(429)
    expect(await status({ Authorization: 'Bearer b' })).toBe(200)
    expect(await status({ Authorization: token({ oid: 'one', iat: 1 }) })).toBe(200)
    expect(await status({ Authorization: token({ oid: 'one', iat: 2 }) })).toBe(429)
    expect(emulator.limits?.snapshot().windows).toHaveLength(3)
  })

  it('take turns, unless the cookie stays with one', async () => {
    await start({ requests: 2, servers: 3 })
    const free = await times(6, who)
    expect(free.map(({ status }) => status)).toEqual(new Array(6).fill(200))
    expect(free.map(({ headers }) => headers.get('x-ms-ratelimit-burst-remaining-xrm-requests'))).toEqual([
      ...new Array(3).fill('1'),
      ...new Array(3).fill('0'),
    ])
    expect((await who()).status).toBe(429)
    await emulator.close()
    await start({ requests: 2, servers: 3 })
    const cookie = (await who()).headers.get('set-cookie')!.split(';')[0]!
    expect((await times(2, () => who({ Cookie: cookie }))).map(({ status }) => status)).toEqual([200, 429])
    expect((await times(2, who)).map(({ status }) => status)).toEqual([200, 200])
  })
})

describe('time', () => {
  it('can run faster than real', async () => {
    emulator = await startEmulator({
      limits: { requests: 1, timeScale: 100_000, cost: { requestMs: 1000, rowMs: 0 } },
    })
    expect((await who()).status).toBe(200)
    const before = emulator.limits!.snapshot().nowMs
    const answers = await times(200, who)
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    expect(emulator.limits!.snapshot().nowMs - before).toBeGreaterThan(200)
  })

  it('is that of the injected wait, even one that is over at once', async () => {
    emulator = await startEmulator({
      clock: () => 0,
      wait: async () => {},
      limits: { executionTimeMs: 40, cost: { requestMs: 20, rowMs: 0 } },
    })
    expect((await times(3, who)).map(({ status }) => status)).toEqual([200, 200, 429])
  })

  it('ends with the emulator', async () => {
    const time = await start({ cost: { requestMs: 1e9, rowMs: 0 } }, { wait: () => new Promise(() => {}) })
    const pending = who().catch(() => 'closed')
    while (emulator.limits?.snapshot().requests !== 1) await time.wait(1)
    await emulator.close()
    expect(await pending).toBe('closed')
  })
})
