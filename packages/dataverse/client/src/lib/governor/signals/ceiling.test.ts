import { systemClock } from '@deltaverse/core'
import { describe, expect, it } from 'vitest'
import { type Ceiling, createCeiling, parseDopHint } from './ceiling.js'
import { createConcurrencyCap } from './concurrency-cap.js'

describe('parseDopHint()', () => {
  it.each([
    ['5', 5],
    [' 52 ', 52],
    ['0', undefined],
    ['-3', undefined],
    ['4.5', undefined],
    ['many', undefined],
    ['', undefined],
    ['99999999999', undefined],
    [undefined, undefined],
  ])('%j: %s', (text, hint) => {
    expect(parseDopHint(text)).toBe(hint)
  })
})

describe('createConcurrencyCap()', () => {
  it('stays below what was refused, and comes back one by one', () => {
    const cap = createConcurrencyCap()
    expect(cap.bound()).toBe(Number.POSITIVE_INFINITY)
    cap.refuse(40)
    expect(cap.bound()).toBe(30)
    for (let i = 0; i < 100; i++) cap.accept()
    expect(cap.bound()).toBe(32)
    cap.refuse(40)
    expect(cap.bound()).toBe(24)
    for (let i = 0; i < 20; i++) cap.refuse(1)
    expect(cap.bound()).toBe(1)
  })
})

describe('createCeiling()', () => {
  /** Answers to requests of one kind, with so many under way when they were sent and only themselves at the end. */
  function answer(ceiling: Ceiling, count: number, elapsedMs: number, inFlightAtStart: number): void {
    for (let i = 0; i < count; i++) {
      const headers = { 'x-ms-dop-hint': '52' }
      ceiling.observe({ status: 200, headers, elapsedMs, inFlightAtStart, kind: 'POST x', units: 1 }, 1, i)
    }
  }

  it('lays a slow answer to those that were under way when its request was sent, though they have left', () => {
    const options = { concurrency: 'auto', maxConcurrency: 52, clock: systemClock } as const
    const [crowded, alone] = [createCeiling(options), createCeiling(options)]
    for (const [ceiling, inFlight] of [
      [crowded, 8],
      [alone, 1],
    ] as const) {
      answer(ceiling, 30, 500, inFlight)
      answer(ceiling, 60, 2_000, inFlight)
    }
    expect(crowded.value(100)).toMatchObject({ reason: 'latency' })
    expect(crowded.value(100).ceiling).toBeLessThan(4)
    expect(alone.value(100)).toEqual({ ceiling: 8, reason: 'rising' })
  })
})
