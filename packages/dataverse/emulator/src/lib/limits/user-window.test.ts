import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveLimitOptions } from './limits-options.js'
import { createUserWindow } from './user-window.js'

const step = fc.record({ afterMs: fc.nat(400), workMs: fc.nat(300) })
const options = fc.record({
  requests: fc.integer({ min: 1, max: 8 }),
  executionTimeMs: fc.integer({ min: 50, max: 1500 }),
  pushPenaltySeconds: fc.constantFrom(0, 1),
})

describe('createUserWindow()', () => {
  it('admits no more than the limits in any window, whatever the client does', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const limits = resolveLimitOptions({ ...given, windowMs: 1000 })
        const window = createUserWindow(limits)
        const admitted: { at: number; workMs: number }[] = []
        let now = 0
        for (const { afterMs, workMs } of steps) {
          now += afterMs
          if (window.enter(now) !== undefined) continue
          window.leave(now, workMs)
          admitted.push({ at: now, workMs })
        }
        for (const { at } of admitted) {
          const within = admitted.filter((each) => each.at >= at && each.at < at + 1000)
          expect(within.length).toBeLessThanOrEqual(given.requests)
          // The last one is admitted while something is left, and may take more than that.
          const before = within.slice(0, -1).reduce((sum, { workMs }) => sum + workMs, 0)
          expect(before).toBeLessThan(given.executionTimeMs)
        }
      }),
    )
  })

  it('keeps its word: who waits out Retry-After without a push is admitted', () => {
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const window = createUserWindow(resolveLimitOptions({ ...given, windowMs: 1000 }))
        let now = 0
        for (const { afterMs, workMs } of steps) {
          now += afterMs
          const refusal = window.enter(now)
          if (refusal !== undefined) {
            now += refusal.retryAfterSeconds * 1000
            expect(window.enter(now)).toBeUndefined()
          }
          window.leave(now, workMs)
        }
      }),
    )
  })
})
