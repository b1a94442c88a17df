import { describe, expect, it } from 'vitest'
import { createPace } from './pace.js'

const windowMs = 300_000
const make = () => createPace(() => windowMs, 0)

describe('createPace()', () => {
  it('holds nobody back while windows are not used up', () => {
    const pace = make()
    for (let nowMs = 1_000; nowMs < 2_000_000; nowMs += 1_000) pace.worked(16_000, nowMs)
    expect(pace.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('spreads what a window gives over all of it, with some to spare', () => {
    const pace = make()
    pace.worked(1_200_000, 80_000)
    pace.opened(220_000, 300_000)
    expect(pace.bound()).toBe(6)
  })

  it('adds up several short closings', () => {
    const pace = make()
    pace.worked(1_200_000, 80_000)
    for (let nowMs = 90_000; nowMs <= 270_000; nowMs += 4_000) pace.opened(3_000, nowMs)
    expect(pace.bound()).toBeLessThan(8)
  })

  it('lets go when the gate stays open', () => {
    const pace = make()
    pace.worked(1_200_000, 80_000)
    pace.opened(220_000, 300_000)
    for (let nowMs = 301_000; nowMs < 760_000; nowMs += 1_000) pace.worked(6_000, nowMs)
    expect(pace.bound()).toBe(Number.POSITIVE_INFINITY)
  })

  it('never asks for fewer than two at a time', () => {
    const pace = make()
    pace.opened(300_000, 300_000)
    expect(pace.bound()).toBe(2)
  })
})
