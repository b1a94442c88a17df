import { describe, expect, it } from 'vitest'
import { documentedLimits as limits } from '../signals/service-limits.js'
import { createFairShare } from './fair-share.js'

const state = (nowMs: number, more = {}) => ({ nowMs, inFlight: 0, limits, remaining: {}, ...more })

describe('createFairShare()', () => {
  it('holds back once its share of the requests is sent, until they are out of the window', () => {
    const fingerprints = createFairShare(0.5)
    for (let i = 0; i < 2_999; i++) fingerprints.sent(i)
    expect(fingerprints.holdMs(state(3_000))).toBe(0)
    fingerprints.sent(3_000)
    expect(fingerprints.holdMs(state(3_000))).toBe(2_000)
    expect(fingerprints.holdMs(state(300_000))).toBeGreaterThan(0)
    expect(fingerprints.holdMs(state(305_000))).toBe(0)
  })

  it('counts the time that requests under way will take', () => {
    const fingerprints = createFairShare(0.5)
    for (let i = 0; i < 590; i++) fingerprints.answered(1_000, 10)
    expect(fingerprints.holdMs(state(10, { inFlight: 9 }))).toBe(0)
    expect(fingerprints.holdMs(state(10, { inFlight: 10 }))).toBeGreaterThan(0)
  })

  it('holds back when others use more than is left to them', () => {
    const fingerprints = createFairShare(0.6)
    expect(fingerprints.holdMs(state(10, { remaining: { executionMs: 121_000 } }))).toBe(0)
    expect(fingerprints.holdMs(state(10, { remaining: { executionMs: 119_000 } }))).toBeGreaterThan(0)
    expect(fingerprints.holdMs(state(10, { remaining: { requests: 599 } }))).toBeGreaterThan(0)
  })

  it('starts again with a window of another length', () => {
    const fingerprints = createFairShare(0.5)
    for (let i = 0; i < 4_000; i++) fingerprints.sent(10)
    expect(fingerprints.holdMs(state(20))).toBeGreaterThan(0)
    expect(fingerprints.holdMs(state(20, { limits: { ...limits, windowMs: 60_000 } }))).toBe(0)
  })
})
