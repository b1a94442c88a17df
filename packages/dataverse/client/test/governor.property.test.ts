import { createSteppedClock } from '@deltaverse/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit } from '../src/lib/governor/admission/admission.js'
import { coreOf, createGovernor, type Governor } from '../src/lib/governor/create-governor.js'
import type { GovernorCore } from '../src/lib/governor/governor-core.js'

type Step =
  | { readonly do: 'arrive' }
  | { readonly do: 'abort'; readonly pick: number }
  | { readonly do: 'advance'; readonly ms: number }
  | {
      readonly do: 'answer'
      readonly pick: number
      readonly hint: number
      readonly seconds: number
      readonly ms: number
    }
  | { readonly do: 'refuse'; readonly pick: number; readonly code: string; readonly seconds: number }

const pick = fc.nat(1_000)
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('arrive' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), pick }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(20_000) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        pick,
        hint: fc.nat(60),
        seconds: fc.nat(1_200),
        ms: fc.nat(5_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('refuse' as const),
        pick,
        code: fc.constantFrom('0x80072321', '0x80072322', '0x80072326', '0x80060308'),
        seconds: fc.nat(30),
      }),
    },
  ),
  { maxLength: 120 },
)

interface Sent {
  readonly id: number
  readonly core: GovernorCore
}

/** Drives governors through a script and checks after every step. */
function createWorld(governors: readonly Governor[], clock: ReturnType<typeof createSteppedClock>) {
  const cores = governors.map(coreOf)
  const waiting = new Map<number, AbortController>()
  const underWay: Sent[] = []
  const order: number[] = []
  const counts = { arrived: 0, aborted: 0 }

  async function settle(): Promise<void> {
    const before = cores.map((core) => core.stats().totals.admitted)
    for (let i = 0; i < 6; i++) await Promise.resolve()
    for (const [index, core] of cores.entries()) {
      expect(core.stats().totals.admitted).toBe(before[index])
      expect(core.stats().inFlight).toBe(underWay.filter((sent) => sent.core === core).length)
    }
  }

  /** Nobody is let in above the ceiling; those who are in already may be more than a lower one. */
  async function watch(step: () => void | Promise<void>): Promise<void> {
    const before = cores.map((core) => core.stats().totals.admitted)
    await step()
    for (const [index, core] of cores.entries()) {
      const { totals, inFlight, ceiling } = core.stats()
      if (totals.admitted > (before[index] ?? 0)) expect(inFlight).toBeLessThanOrEqual(ceiling)
    }
    await settle()
  }

  function arrive(): void {
    const id = counts.arrived++
    const controller = new AbortController()
    const admitted = admit(cores, { signal: controller.signal, deadlineMs: Number.POSITIVE_INFINITY })
    if (!(admitted instanceof Promise)) {
      order.push(id)
      underWay.push({ id, core: admitted })
      return
    }
    waiting.set(id, controller)
    admitted.then(
      (core) => {
        waiting.delete(id)
        order.push(id)
        underWay.push({ id, core })
      },
      () => {
        waiting.delete(id)
        counts.aborted++
      },
    )
  }

  function take(index: number): Sent | undefined {
    return underWay.splice(index % Math.max(1, underWay.length), 1)[0]
  }

  function perform(step: Step): void | Promise<void> {
    switch (step.do) {
      case 'arrive':
        return arrive()
      case 'abort': {
        const ids = [...waiting.keys()]
        return waiting.get(ids[step.pick % Math.max(1, ids.length)] ?? -1)?.abort()
      }
      case 'advance':
        return clock.advance(step.ms)
      case 'answer': {
        const sent = take(step.pick)
        sent?.core.observe({
          status: 200,
          headers: {
            'x-ms-dop-hint': String(step.hint),
            'x-ms-ratelimit-time-remaining-xrm-requests': String(step.seconds),
          },
          elapsedMs: step.ms,
          kind: 'GET x',
          units: 1,
        })
        return sent?.core.leave()
      }
      case 'refuse': {
        const sent = take(step.pick)
        sent?.core.observe({ status: 429, headers: {}, elapsedMs: 1, kind: 'GET x', units: 1 })
        sent?.core.refuse({ serviceCode: step.code, retryAfterMs: step.seconds * 1_000 })
        return sent?.core.leave()
      }
    }
  }

  async function finish(): Promise<void> {
    for (let round = 0; waiting.size + underWay.length > 0; round++) {
      expect(round).toBeLessThan(5_000)
      while (underWay.length > 0) {
        await watch(() => perform({ do: 'answer', pick: 0, hint: 8, seconds: 1_200, ms: 100 }))
      }
      await watch(() => perform({ do: 'advance', ms: 1_000 }))
    }
  }
  return { cores, waiting, order, counts, finish, step: (step: Step) => watch(() => perform(step)) }
}

describe('any interleaving of requests, answers, refusals, aborts and time', () => {
  it.each([
    ['one credential', 1, {}],
    ['two credentials', 2, {}],
    ['a polite one', 1, { polite: true }],
    ['a fixed ceiling', 1, { concurrency: 3 }],
  ])('keeps to the ceiling, starves nobody and adds up with %s', async (_name, count, options) => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const clock = createSteppedClock(0)
        const governors = Array.from({ length: count }, () =>
          createGovernor({ clock, random: () => 0.5, ...options }),
        )
        const world = createWorld(governors, clock)
        for (const step of script) await world.step(step)
        await world.finish()

        expect(world.order.length + world.counts.aborted).toBe(world.counts.arrived)
        expect(world.order).toEqual([...world.order].sort((a, b) => a - b))
        expect(clock.pending()).toBe(0)
        const totals = governors.map((governor) => governor.stats().totals)
        const sum = (key: keyof (typeof totals)[number]): number =>
          totals.reduce((all, one) => all + one[key], 0)
        expect(sum('admitted')).toBe(world.order.length)
        expect(sum('ended')).toBe(world.order.length)
        expect(sum('abandoned')).toBe(world.counts.aborted)
        expect(sum('waited')).toBeLessThanOrEqual(sum('admitted'))
        for (const core of world.cores) expect(core.queue.size).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})
