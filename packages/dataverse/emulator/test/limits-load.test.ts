import { afterEach, describe, expect, it } from 'vitest'
import {
  createVirtualTime,
  type Emulator,
  type LimitsOptions,
  startEmulator,
  type VirtualTime,
} from '../src/index.js'
import { guid, send } from './support/api.js'
import { things } from './support/things.js'

let emulator: Emulator
afterEach(() => emulator.close())

const rowsPerRequest = 20

/** Writes all requests with so many at a time; a refusal closes the gate for everybody, or for that worker alone. */
async function load(
  time: VirtualTime,
  requests: number,
  workers: number,
  gate: 'shared' | 'own',
  withinMs = Number.POSITIVE_INFINITY,
): Promise<number> {
  const start = time.now()
  let next = 0
  let openAt = 0
  const write = (number: number) =>
    send(emulator, 'POST', 'new_things/Microsoft.Dynamics.CRM.UpsertMultiple', {
      body: {
        Targets: Array.from({ length: rowsPerRequest }, (_, index) => ({
          '@odata.type': 'Microsoft.Dynamics.CRM.new_thing',
          new_thingid: guid(number * rowsPerRequest + index),
        })),
      },
    })
  const work = async (): Promise<void> => {
    while (next < requests) {
      const number = next
      next += 1
      while (time.now() - start < withinMs) {
        while (time.now() < openAt) await time.wait(openAt - time.now())
        const answer = await write(number)
        if (answer.status === 204) break
        const waitMs = Number(answer.headers.get('retry-after')) * 1000
        if (gate === 'shared') openAt = Math.max(openAt, time.now() + waitMs)
        else await time.wait(waitMs)
      }
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return time.now() - start
}

async function start(limits: LimitsOptions): Promise<VirtualTime> {
  const time = createVirtualTime()
  // Compression runs on threads, which a busy machine starves for longer than the time waits.
  emulator = await startEmulator({
    tables: [things],
    clock: time.now,
    wait: time.wait,
    limits,
    compression: false,
  })
  return time
}

// One second of execution for each second, in windows of a minute; a request takes 600 ms.
const limits: LimitsOptions = {
  windowMs: 60_000,
  executionTimeMs: 60_000,
  saturation: 8,
  cost: { requestMs: 200, rowMs: 20 },
}

describe('a load under limits', () => {
  it('that follows the hint behind one gate gets what the limits allow, with a burst of refusals per window', async () => {
    const time = await start(limits)
    const requests = 400
    const tookMs = await load(time, requests, 8, 'shared')
    const { refusals, rows, executionMs } = emulator.limits!.snapshot()
    expect(emulator.table('new_things').count()).toBe(requests * rowsPerRequest)
    expect(rows).toBe(requests * rowsPerRequest)
    expect(executionMs).toBeCloseTo(requests * 600, -2)
    // The first window's budget is there at once.
    const allowedMs = requests * 600 - 60_000
    expect(tookMs).toBeGreaterThan(allowedMs * 0.95)
    expect(tookMs).toBeLessThan(allowedMs * 1.3)
    expect(refusals.executionTime).toBeLessThanOrEqual(8 * Math.ceil(tookMs / 10_000))
    expect(refusals.concurrency).toBe(0)
  })

  it('that pushes on with every worker for itself is kept out for longer and longer', async () => {
    const time = await start(limits)
    const tookMs = await load(time, 200, 24, 'shared')
    const { refusals } = emulator.limits!.snapshot()
    await emulator.close()
    await load(await start(limits), 200, 24, 'own', tookMs)
    const alone = emulator.limits!.snapshot()
    expect(alone.requests).toBeLessThan(150)
    expect(alone.refusals.executionTime).toBeGreaterThan(refusals.executionTime)
  })

  it('with more requests than the servers can take at full speed is slower, without a refusal for it', async () => {
    const wide = { ...limits, executionTimeMs: 1e9 }
    const time = await start(wide)
    const fitting = await load(time, 200, 8, 'shared')
    const spent = emulator.limits!.snapshot().executionMs
    await emulator.close()
    const crowded = await load(await start(wide), 200, 32, 'shared')
    // The same throughput for four times the execution time.
    expect(crowded / fitting).toBeGreaterThan(0.9)
    expect(emulator.limits!.snapshot().executionMs / spent).toBeGreaterThan(3)
    expect(emulator.limits!.snapshot().refusals).toEqual({ requests: 0, executionTime: 0, concurrency: 0 })
  })

  it('has the budgets of all servers that share it', async () => {
    const one = await load(await start(limits), 400, 8, 'shared')
    await emulator.close()
    const three = await load(await start({ ...limits, servers: 3 }), 400, 8, 'shared')
    expect(one / three).toBeGreaterThan(2)
  })
})
