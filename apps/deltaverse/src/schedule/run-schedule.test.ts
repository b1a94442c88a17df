import { createVirtualClock } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { runSchedule, type ScheduledJob } from './run-schedule.js'
import type { LastRun } from './schedule-state.js'

const startMs = Date.UTC(2026, 0, 1)
const minute = 60_000

interface Scene {
  /** What ran, and in which minute. */
  readonly log: string[]
  readonly last: Map<string, LastRun>
}

interface Terms {
  readonly until: number
  readonly last?: Readonly<Record<string, LastRun>>
  readonly atOnce?: number
  /** How many minutes a run takes. */
  readonly takes?: Readonly<Record<string, number>>
  readonly fails?: (name: string, minute: number) => boolean
}

/** Follows jobs for so many minutes of a clock on which waiting takes no time. */
async function follow(jobs: readonly ScheduledJob[], terms: Terms): Promise<Scene> {
  const { until, takes = {}, fails = () => false, atOnce = 1 } = terms
  const clock = createVirtualClock(startMs)
  const stop = new AbortController()
  const last = new Map<string, LastRun>(Object.entries(terms.last ?? {}))
  const log: string[] = []
  const minuteNow = (): number => Math.round((clock.now() - startMs) / minute)
  await runSchedule({
    jobs,
    atOnce,
    clock: {
      now: clock.now,
      async delay(ms, signal) {
        if (minuteNow() >= until) stop.abort()
        await clock.delay(ms, signal)
      },
    },
    signal: stop.signal,
    state: {
      last: (name) => last.get(name),
      // It is written to a disk, which takes its time.
      async note(name, run) {
        clock.advance(50)
        last.set(name, run)
      },
    },
    async run(name) {
      const began = minuteNow()
      log.push(`${name} ${began}`)
      clock.advance((takes[name] ?? 0) * minute)
      if (minuteNow() >= until) stop.abort()
      return !fails(name, began)
    },
    onSkipped: (name, needed) => log.push(`${name} without ${needed} ${minuteNow()}`),
    onDue: () => undefined,
  })
  return { log, last }
}

const every = (name: string, minutes: number, ...after: string[]): ScheduledJob => ({
  name,
  times: { everyMs: minutes * minute },
  after,
})
const behind = (name: string, ...after: string[]): ScheduledJob => ({ name, times: {}, after })

describe('runSchedule()', () => {
  it('runs a job at once and then at its times', async () => {
    expect((await follow([every('a', 15)], { until: 40 })).log).toEqual(['a 0', 'a 15', 'a 30'])
  })

  it('waits for the time of cron, the first time too', async () => {
    const job = { name: 'a', times: { cron: { at: '20 * * * *', timeZone: 'UTC' } }, after: [] }
    expect((await follow([job], { until: 90 })).log).toEqual(['a 20', 'a 80'])
  })

  it('makes up once for all times that passed while a run took longer', async () => {
    const { log } = await follow([every('a', 10)], { until: 50, takes: { a: 34 } })
    expect(log.slice(0, 2)).toEqual(['a 0', 'a 34'])
  })

  it('makes up once for the times at which nobody followed, and waits for the rest of the others', async () => {
    const hoursAgo = (hours: number): LastRun => ({ beganAtMs: startMs - hours * 60 * minute, ok: true })
    const jobs = [every('often', 60), every('seldom', 180)]
    const { log } = await follow(jobs, { until: 70, last: { often: hoursAgo(50), seldom: hoursAgo(2) } })
    expect(log).toEqual(['often 0', 'seldom 60', 'often 60'])
  })

  it('runs a job behind those that it needs where both are due, and behind each run of them without times', async () => {
    const jobs = [every('a', 10), every('b', 10, 'a'), behind('c', 'b')]
    const { log } = await follow(jobs, { until: 15 })
    expect(log).toEqual(['a 0', 'b 0', 'c 0', 'a 10', 'b 10', 'c 10'])
  })

  it('runs a job without times once, and what needs it behind it', async () => {
    expect((await follow([behind('a'), behind('b', 'a')], { until: 15 })).log).toEqual(['a 0', 'b 0'])
  })

  it('lets those that need a job have their turn, though it takes longer than its times are apart', async () => {
    const jobs = [every('a', 10), behind('b', 'a'), every('c', 10, 'a')]
    const { log } = await follow(jobs, { until: 80, takes: { a: 25 } })
    expect(log.slice(0, 6)).toEqual(['a 0', 'b 25', 'c 25', 'a 25', 'b 50', 'c 50'])
  })

  it('leaves a job out while one that it needs was not done, and takes it up again', async () => {
    const jobs = [every('a', 10), every('b', 10, 'a')]
    const { log } = await follow(jobs, { until: 15, fails: (name, at) => name === 'a' && at === 0 })
    expect(log).toEqual(['a 0', 'b without a 0', 'a 10', 'b 10'])
  })

  it('never runs a job twice at a time, nor more jobs than it may', async () => {
    const clock = createVirtualClock(startMs)
    const stop = new AbortController()
    let atOnce = 0
    let most = 0
    const running = new Set<string>()
    await runSchedule({
      jobs: [every('a', 1), every('b', 1), every('c', 1)],
      atOnce: 2,
      clock,
      signal: stop.signal,
      state: { last: () => undefined, note: async () => undefined },
      async run(name) {
        expect(running.has(name)).toBe(false)
        running.add(name)
        atOnce += 1
        most = Math.max(most, atOnce)
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
        atOnce -= 1
        running.delete(name)
        if (clock.now() > startMs + 5 * minute) stop.abort()
        return true
      },
      onSkipped: () => undefined,
      onDue: () => undefined,
    })
    expect(most).toBe(2)
  })

  it('ends when it is told to, behind what is running, and does not remember half a run', async () => {
    const stop = new AbortController()
    const noted: string[] = []
    const began: string[] = []
    await runSchedule({
      jobs: [every('a', 1), every('b', 1)],
      atOnce: 1,
      clock: createVirtualClock(startMs),
      signal: stop.signal,
      state: { last: () => undefined, note: async (name) => void noted.push(name) },
      async run(name) {
        began.push(name)
        stop.abort()
        return undefined
      },
      onSkipped: () => undefined,
      onDue: () => undefined,
    })
    expect([began, noted]).toEqual([['a'], []])
  })
})
