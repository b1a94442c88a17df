import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLoopGuard } from './loop-guard.js'

describe('createLoopGuard()', () => {
  it('notices every circle, within a few rounds of it', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 200 }), (lead, round) => {
        const isLoop = createLoopGuard('0')
        const linkAt = (step: number) => String(step < lead ? step : lead + ((step - lead) % round))
        const limit = 4 * (lead + round)
        let step = 1
        while (step <= limit && !isLoop(linkAt(step))) step += 1
        expect(step).toBeLessThanOrEqual(limit)
        expect(step).toBeGreaterThanOrEqual(round)
      }),
    )
  })

  it('notices none where there is none', () => {
    const isLoop = createLoopGuard('0')
    for (let step = 1; step < 10_000; step += 1) expect(isLoop(String(step))).toBe(false)
  })
})
