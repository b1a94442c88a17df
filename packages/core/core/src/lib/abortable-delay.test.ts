import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { abortableDelay } from './abortable-delay.js'
import { type Clock, systemClock } from './clock.js'

const stuck: Clock = { now: () => 0, delay: () => new Promise(() => {}) }
const instant: Clock = { now: () => 0, delay: async () => {} }

describe('abortableDelay()', () => {
  it('rejects with the reason although the clock never ends', async () => {
    const controller = new AbortController()
    const reason = { why: 'not an error' }
    const waiting = abortableDelay(stuck, 10_000_000, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('does not begin when the signal has aborted', async () => {
    const reason = new Error('before')
    await expect(abortableDelay(stuck, 1, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 20; i++) await abortableDelay(instant, 1, signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('ends at once on the machine clock as well', async () => {
    const controller = new AbortController()
    const waiting = abortableDelay(systemClock, 100_000_000_000, controller.signal)
    controller.abort(new Error('stop'))
    await expect(waiting).rejects.toThrow('stop')
  })
})
