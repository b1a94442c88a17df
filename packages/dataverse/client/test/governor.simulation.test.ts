import { describe, expect, it } from 'vitest'
import { type LoadOptions, runLoad } from './model/run-load.js'

// Two windows of the limits in model time. Seeds are fixed, so every run is the same.
const windows = 2
const forMs = windows * 300_000

/** Rows that the limits of a window allow, whatever the concurrency: 6,000 requests and 1,200 s for each server. */
function allowedRows({ servers = 1, fixedMs = 20, msPerRow = 2 }: LoadOptions, rows: number): number {
  const seconds = forMs / 1_000
  return servers * seconds * Math.min(20 * rows, (4_000 / (fixedMs + msPerRow * rows)) * rows)
}

async function bestFixed(load: LoadOptions): Promise<number> {
  let best = 0
  for (const concurrency of [8, 12, 16, 24, 52]) {
    const { rows } = await runLoad({ ...load, governor: { concurrency } })
    best = Math.max(best, rows)
  }
  return best
}

/** What the server carries changes every 100 s; with `hinted` it says so. */
function changing(capacities: readonly number[], hinted: boolean): NonNullable<LoadOptions['script']> {
  return (at, service) => {
    for (let phase = 0; phase * 100_000 < forMs; phase++) {
      const saturatesAt = capacities[phase % capacities.length] as number
      at(phase * 100_000, () => Object.assign(service, { saturatesAt }, hinted ? { hint: saturatesAt } : {}))
    }
  }
}

describe('a governor under full load', () => {
  it.each([
    ['that the server carries easily', { rows: 100, hint: 52, saturatesAt: 52, msPerRow: 5 }],
    ['of slow rows', { rows: 100, hint: 16, saturatesAt: 16, msPerRow: 20 }],
    ['where the server saturates at the hint', { rows: 100, hint: 16, saturatesAt: 16, msPerRow: 5 }],
    ['where the server saturates far below the hint', { rows: 100, hint: 52, saturatesAt: 16, msPerRow: 5 }],
  ])('%s gets at least 95 percent of what the limits allow', async (_name, load) => {
    const result = await runLoad({ ...load, forMs })
    expect(result.rows / allowedRows({ ...load, forMs }, 100)).toBeGreaterThan(0.95)
    expect(result.refused).toBeLessThanOrEqual(windows)
  })

  it('gets there with requests that it sizes itself', async () => {
    const load: LoadOptions = { rows: 'sized', hint: 16, saturatesAt: 16, msPerRow: 5, forMs }
    const result = await runLoad(load)
    expect(result.rows / allowedRows(load, 200)).toBeGreaterThan(0.95)
    expect(result.refused).toBeLessThanOrEqual(windows)
    const meanRows = result.rows / (result.requests - result.refused)
    expect(meanRows).toBeGreaterThan(100)
    expect(meanRows).toBeLessThan(400)
  })

  // Rows of 200 ms, and three times the documented limits where the server changes: else 4 at a time would do always.
  const threefold = { executionMs: 3_600_000, requests: 18_000 }
  const heavy = { rows: 'sized', msPerRow: 200 } as const
  it.each<[string, atLeast: number, Omit<LoadOptions, 'forMs'>]>([
    ['the server saturates at 16', 0.94, { ...heavy, hint: 16, saturatesAt: 16 }],
    ['it does so without a hint of it', 0.94, { ...heavy, hint: 52, saturatesAt: 16 }],
    ['it saturates at 8 without a hint of it', 0.94, { ...heavy, hint: 52, saturatesAt: 8 }],
    ['three servers share the load', 0.94, { ...heavy, hint: 48, saturatesAt: 16, servers: 3 }],
    [
      'the hint changes together with what the server carries',
      1.04,
      { ...heavy, hint: 8, saturatesAt: 8, limits: threefold, script: changing([8, 32, 16], true) },
    ],
    [
      'what the server carries changes without a hint of it',
      1,
      { ...heavy, hint: 52, saturatesAt: 8, limits: threefold, script: changing([8, 32, 16], false) },
    ],
  ])('where %s, comes to %f of the best fixed concurrency, with every seed', async (_name, atLeast, load) => {
    for (const seed of [1, 2, 3]) {
      const { rows } = await runLoad({ ...load, seed, forMs })
      expect(rows / (await bestFixed({ ...load, seed, forMs }))).toBeGreaterThan(atLeast)
    }
  })

  it('never has more than 52 under way, whatever the hint says and the service would take', async () => {
    const limits = { concurrent: 500 }
    const { mostAtATime } = await runLoad({ rows: 10, hint: 200, saturatesAt: 500, limits, forMs: 60_000 })
    expect(mostAtATime).toBe(52)
  })

  it('reads other limits from the words of a refusal', async () => {
    const limits = { requests: 8_000, executionMs: 2_400_000, concurrent: 100 }
    const load: LoadOptions = { rows: 100, hint: 52, saturatesAt: 52, msPerRow: 10, limits, forMs }
    const { stats, refused } = await runLoad(load)
    expect(refused).toBeGreaterThan(0)
    expect(stats.limits.executionMs === 2_400_000 || stats.limits.requests === 8_000).toBe(true)
  })

  it('without headers gets as far with a refusal now and then', async () => {
    const load: LoadOptions = {
      rows: 100,
      saturatesAt: 52,
      msPerRow: 5,
      forMs,
      governor: { concurrency: 20 },
    }
    const result = await runLoad(load)
    expect(result.rows / allowedRows(load, 100)).toBeGreaterThan(0.95)
    // Nobody tells it beforehand: what is under way when the window is used up comes back.
    expect(result.refused).toBeLessThanOrEqual(20 * windows)
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
