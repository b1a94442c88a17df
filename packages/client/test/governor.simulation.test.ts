import { describe, expect, it } from 'vitest'
import { type LoadOptions, type LoadResult, runLoad } from './model/run-load.js'

// Half an hour of model time: six windows of the limits. Seeds are fixed, so every run is the same.
const forMs = 1_800_000

/** Rows that the limits of a window allow, whatever the concurrency: 6,000 requests and 1,200 s for each server. */
function allowedRows({ servers = 1, fixedMs = 20, msPerRow = 2 }: LoadOptions, rows: number): number {
  const seconds = forMs / 1_000
  return servers * seconds * Math.min(20 * rows, (4_000 / (fixedMs + msPerRow * rows)) * rows)
}

async function bestFixed(load: LoadOptions): Promise<number> {
  let best = 0
  for (const concurrency of [4, 8, 12, 16, 24, 36, 52]) {
    const { rows } = await runLoad({ ...load, governor: { concurrency } })
    best = Math.max(best, rows)
  }
  return best
}

const refusedShare = ({ refused, requests }: LoadResult): number => refused / requests

describe('a governor under full load', () => {
  it.each([
    ['that the server carries easily', { rows: 100, hint: 52, saturatesAt: 52 }],
    ['of slow rows', { rows: 100, hint: 16, saturatesAt: 16, msPerRow: 10 }],
    ['where the server saturates at the hint', { rows: 100, hint: 16, saturatesAt: 16 }],
    ['where the server saturates far below the hint', { rows: 100, hint: 52, saturatesAt: 16 }],
  ])('%s gets at least 95 percent of what the limits allow', async (_name, load) => {
    const result = await runLoad({ ...load, forMs })
    expect(result.rows / allowedRows({ ...load, forMs }, 100)).toBeGreaterThan(0.95)
    expect(refusedShare(result)).toBeLessThan(0.001)
  })

  it('gets there with requests that it sizes itself', async () => {
    const load: LoadOptions = { rows: 'sized', hint: 16, saturatesAt: 16, forMs }
    const result = await runLoad(load)
    expect(result.rows / allowedRows(load, 500)).toBeGreaterThan(0.95)
    expect(refusedShare(result)).toBeLessThan(0.002)
    const meanRows = result.rows / (result.requests - result.refused)
    expect(meanRows).toBeGreaterThan(250)
    expect(meanRows).toBeLessThan(1_000)
  })

  const capacities = [24, 8, 52, 12, 36]
  it.each<[string, Omit<LoadOptions, 'forMs'>]>([
    ['the server saturates at 16', { rows: 'sized', hint: 16, saturatesAt: 16 }],
    ['it does so without a hint of it', { rows: 'sized', hint: 52, saturatesAt: 16 }],
    ['three servers share the load', { rows: 'sized', hint: 48, saturatesAt: 16, servers: 3 }],
    [
      'the hint changes together with what the server can do',
      {
        rows: 'sized',
        hint: 16,
        saturatesAt: 16,
        script: (at, service) => {
          for (const [index, capacity] of capacities.entries()) {
            at((index + 1) * 300_000, () => Object.assign(service, { hint: capacity, saturatesAt: capacity }))
          }
        },
      },
    ],
  ])('comes within 6 percent of the best fixed concurrency where %s', async (_name, load) => {
    const { rows } = await runLoad({ ...load, forMs })
    expect(rows / (await bestFixed({ ...load, forMs }))).toBeGreaterThan(0.94)
  })

  it('reads other limits from the words of a refusal', async () => {
    const limits = { requests: 8_000, executionMs: 2_400_000, concurrent: 100 }
    const load: LoadOptions = { rows: 100, hint: 52, saturatesAt: 52, limits, forMs: 900_000 }
    const { snapshot, refused } = await runLoad(load)
    expect(refused).toBeGreaterThan(0)
    expect(snapshot.limits.executionMs === 2_400_000 || snapshot.limits.requests === 8_000).toBe(true)
  })

  it('without headers gets as far with a refusal now and then', async () => {
    const load: LoadOptions = { rows: 100, saturatesAt: 52, forMs, governor: { concurrency: 20 } }
    const result = await runLoad(load)
    expect(result.rows / allowedRows(load, 100)).toBeGreaterThan(0.95)
    expect(refusedShare(result)).toBeLessThan(0.001)
  })
})

describe('the polite mode', () => {
  it('uses its share of the window, without a refusal', async () => {
    const load: LoadOptions = { rows: 'sized', hint: 16, saturatesAt: 16, forMs }
    const result = await runLoad({ ...load, governor: { polite: { share: 0.7 } } })
    const used = result.rows / allowedRows(load, 500)
    expect(used).toBeGreaterThan(0.6)
    expect(used).toBeLessThan(0.72)
    expect(result.refused).toBe(0)
  })

  it('leaves another client of the same user in peace', async () => {
    const load: LoadOptions = {
      rows: 'sized',
      hint: 16,
      saturatesAt: 16,
      forMs,
      neighbour: { everyMs: 1_000, rows: 500 },
    }
    const greedy = await runLoad(load)
    const polite = await runLoad({ ...load, governor: { polite: { share: 0.7 } } })
    expect(polite.neighbourRefused).toBeLessThan(0.02 * polite.neighbourSent)
    expect(greedy.neighbourRefused).toBeGreaterThan(5 * (polite.neighbourRefused + 1))
  })
})
