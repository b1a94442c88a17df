import { describe, expect, it } from 'vitest'
import { coreOf, createGovernor } from '../create-governor.js'
import { admit } from './admission.js'

const call = { deadlineMs: Number.POSITIVE_INFINITY }

describe('admit()', () => {
  it('lets nobody overtake those who wait, even when the alarm for the opening rings late', async () => {
    let nowMs = 0
    const rings: (() => void)[] = []
    const clock = { now: () => nowMs, delay: () => new Promise<void>((resolve) => rings.push(resolve)) }
    const core = coreOf(createGovernor({ clock, concurrency: 5 }))
    core.refuse({ retryAfterMs: 1_000 })
    const order: string[] = []
    const early = Promise.resolve(admit([core], call)).then(() => order.push('early'))
    nowMs = 1_500
    const late = Promise.resolve(admit([core], call)).then(() => order.push('late'))
    rings[0]?.()
    await early
    core.observe({ status: 200, headers: {}, kind: 'GET x', units: 1 })
    core.leave()
    await late
    expect(order).toEqual(['early', 'late'])
  })

  it('answers without a promise while there is room', () => {
    const core = coreOf(createGovernor())
    expect(admit([core], call)).toBe(core)
    core.leave()
  })

  it('goes to the one of several with the most room', () => {
    const [small, large] = [2, 4].map((concurrency) => coreOf(createGovernor({ concurrency })))
    const taken = Array.from({ length: 6 }, () => admit([small!, large!], call))
    const ofSmall = taken.map((core) => core === small)
    expect(ofSmall.slice(0, 2)).toEqual([false, false])
    expect(ofSmall.filter(Boolean)).toHaveLength(2)
    expect([small!.inFlight(), large!.inFlight()]).toEqual([2, 4])
  })

  it('does not let somebody in who is aborted already', async () => {
    const core = coreOf(createGovernor({ concurrency: 1 }))
    void admit([core], call)
    await expect(admit([core], { ...call, signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(core.queue.size).toBe(0)
    expect(core.stats().totals.abandoned).toBe(1)
  })

  it('leaves no listener on a long-lived signal', async () => {
    const core = coreOf(createGovernor({ concurrency: 1 }))
    const counts = { added: 0, removed: 0 }
    const { signal } = new AbortController()
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      counts.added++
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      counts.removed++
      removeEventListener.apply(signal, args)
    }
    void admit([core], call)
    const waiting = Promise.all([admit([core], { ...call, signal }), admit([core], { ...call, signal })])
    core.leave()
    core.leave()
    await waiting
    expect(counts).toEqual({ added: 2, removed: 2 })
  })
})
