import { describe, expect, it } from 'vitest'
import { createVirtualClock } from './virtual-clock.js'

describe('createVirtualClock()', () => {
  it('moves on by what is waited for, and counts it', async () => {
    const clock = createVirtualClock(1000)
    await clock.delay(500)
    clock.advance(20)
    expect({ now: clock.now(), delays: clock.delays, waitedMs: clock.waitedMs }).toEqual({
      now: 1520,
      delays: [500],
      waitedMs: 500,
    })
  })

  it('ends a wait whose signal is aborted, with the reason of the signal', async () => {
    const clock = createVirtualClock()
    await expect(clock.delay(1, AbortSignal.abort('enough'))).rejects.toBe('enough')
    const stop = new AbortController()
    const waiting = clock.delay(1, stop.signal)
    stop.abort('now')
    await expect(waiting).rejects.toBe('now')
  })
})
