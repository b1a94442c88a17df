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

  it('stays a little below what the service carries, and seldom tries more', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 16)
    let above = 0
    for (let i = 0; i < 5_000; i++) {
      if (watch.bound() > 16) above++
      load(watch, 1, 16)
    }
    expect(above).toBeGreaterThan(0)
    expect(above).toBeLessThan(0.15 * 5_000)
    expect(watch.bound()).toBeLessThanOrEqual(20)
  })

  it('does not go far above what the service carries on its way up', () => {
    for (const saturatesAt of [9, 12, 16, 20, 28, 36]) {
      const watch = createLatencyWatch()
      let most = 0
      for (let i = 0; i < 600; i++) {
        load(watch, 1, saturatesAt)
        most = Math.max(most, Math.min(52, watch.bound()))
      }
      expect(most / saturatesAt).toBeLessThan(1.75)
      expect(watch.bound() / saturatesAt).toBeGreaterThan(0.75)
      expect(watch.bound() / saturatesAt).toBeLessThan(1.1)
    }
  })

  it('goes down when the service carries less than at first', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 32)
    load(watch, 1_000, 8)
    expect(watch.bound()).toBeGreaterThanOrEqual(6)
    expect(watch.bound()).toBeLessThanOrEqual(10)
  })

  it('takes a higher recommendation for news, not each one for itself', () => {
    const watch = createLatencyWatch()
    load(watch, 1_000, 16)
    const held = watch.bound()
    expect(watch.isRising()).toBe(false)
    const answer = { kind: 'POST x', msPerUnit: 100, inFlight: held }
    // A recommendation below what was found says nothing about it, nor does the way back.
    for (const ceiling of [6, 12, 52]) watch.observe({ ...answer, ceiling })
    expect(watch.isRising()).toBe(false)
    watch.observe({ ...answer, ceiling: 60 })
    expect(watch.isRising()).toBe(true)
    expect(watch.bound()).toBeGreaterThan(held)
  })

  it('ends a trial whose requests no longer come', () => {
    const watch = createLatencyWatch()
    let answers = 0
    while (watch.bound() >= 8 && answers++ < 400) load(watch, 1, 10)
    const onTrial = watch.bound()
    expect(onTrial).toBeLessThan(8)
    load(watch, 400, 100, 10, 'GET contacts')
    expect(watch.bound()).toBeGreaterThan(onTrial)
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
