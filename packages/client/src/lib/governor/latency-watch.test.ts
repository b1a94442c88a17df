import { describe, expect, it } from 'vitest'
import { createLatencyWatch, type LatencyWatch } from './latency-watch.js'

/** As many requests as are allowed, of which the service works on so many at full speed. */
function load(watch: LatencyWatch, times: number, saturatesAt: number, unitMs = 100, kind = 'POST x'): void {
  for (let i = 0; i < times; i++) {
    const inFlight = Math.min(52, Math.floor(watch.bound()))
    const slowedDown = Math.max(1, inFlight / saturatesAt)
    // A scatter that is the same every time.
    watch.observe({ kind, msPerUnit: unitMs * slowedDown * (0.9 + 0.02 * (i % 11)), inFlight, ceiling: 52 })
  }
}

describe('createLatencyWatch()', () => {
  it('rises to the ceiling while answers stay quick', () => {
    const watch = createLatencyWatch()
    expect(watch.bound()).toBe(8)
    expect(watch.isRising()).toBe(true)
    load(watch, 200, 100)
    expect(watch.bound()).toBe(Number.POSITIVE_INFINITY)
    expect(watch.isRising()).toBe(false)
  })

  it('finds the number that the service carries, from above', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 16)
    expect(watch.bound()).toBeGreaterThanOrEqual(13)
    expect(watch.bound()).toBeLessThanOrEqual(21)
  })

  it('tries more again when the service carries more', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 16)
    load(watch, 20_000, 100)
    expect(watch.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('lets be when fewer at a time do not make answers faster: it is the service that became slow', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 100)
    load(watch, 400, 100, 300)
    expect(watch.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('does not compare requests of different kinds', () => {
    const watch = createLatencyWatch()
    for (let i = 0; i < 20; i++) {
      load(watch, 20, 100, 10, 'GET contacts')
      load(watch, 20, 100, 2_000, 'POST $batch')
    }
    expect(watch.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('is not impressed by a few odd ones', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 100)
    for (let i = 0; i < 1_000; i++) {
      watch.observe({ kind: 'POST x', msPerUnit: i % 5 === 0 ? 5_000 : 100, inFlight: 52, ceiling: 52 })
    }
    expect(watch.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('never goes below one, and holds back nobody who sends one at a time', () => {
    const watch = createLatencyWatch()
    for (let i = 0; i < 2_000; i++) {
      watch.observe({ kind: 'GET x', msPerUnit: 100 * (1 + i), inFlight: 1, ceiling: 52 })
    }
    expect(watch.bound()).toBeGreaterThanOrEqual(8)
  })

  it('keeps only so many kinds', () => {
    const watch = createLatencyWatch()
    for (let i = 0; i < 10_000; i++) {
      watch.observe({ kind: `GET ${i}`, msPerUnit: 100, inFlight: 8, ceiling: 52 })
    }
    expect(watch.bound()).toBe(8)
  })
})
