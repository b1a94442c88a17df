import { DataverseError } from '@deltaverse/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createFailingCalls } from './support/failing.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable
let nowMs: number
const dayMs = 86_400_000
const enough = new Error('enough')

beforeEach(async () => {
  nowMs = Date.parse('2026-03-01')
  table = await startTable({ clock: () => nowMs })
})
afterEach(() => table.stop())

/** Time that passes only while somebody waits, and what is to happen in each wait. */
function waits(during: readonly ((controller: AbortController) => void)[]) {
  const controller = new AbortController()
  const waitedMs: number[] = []
  const clock = {
    now: () => nowMs,
    async delay(ms: number) {
      nowMs += ms
      waitedMs.push(Math.round(ms))
      const happens = during[waitedMs.length - 1]
      if (happens === undefined) controller.abort(enough)
      else happens(controller)
    },
  }
  const options: Partial<TestOptions> = {
    follow: true,
    clock,
    random: () => 0.5,
    signal: controller.signal,
    source: table.feed({ pageSize: 3, clock }),
  }
  return { options, waitedMs }
}

const nothing = (): void => {}
const find = <K extends SyncEvent['kind']>(events: readonly SyncEvent[], kind: K) =>
  events.filter((event): event is Extract<SyncEvent, { kind: K }> => event.kind === kind)

describe('follow', () => {
  it('asks again soon after changes and ever later without, until it is told to stop', async () => {
    const { sink, events, run, checkpoints } = setUp(table)
    const [first] = table.add(4)
    const { options, waitedMs } = waits([nothing, nothing, () => table.remove(first!), nothing])
    await expect(run(options)).rejects.toBe(enough)
    expect(waitedMs).toEqual([5_000, 10_000, 20_000, 5_000, 10_000])
    expect(find(events, 'waiting').map(({ delayMs }) => delayMs)).toEqual(waitedMs)
    expectExact(sink.rows(), table)
    expect(sink.isOpen()).toBe(false)
    expect(checkpoints.isHeld('products')).toBe(false)
  })

  it('never waits longer than allowed, and varies by a fifth', async () => {
    const { run } = setUp(table)
    const { options, waitedMs } = waits([nothing, nothing, nothing])
    const values = [0, 1, 0.5, 0.5]
    const random = (): number => values.shift() ?? 0.5
    const follow = { minIntervalMs: 100, maxIntervalMs: 300 }
    await expect(run({ ...options, follow, random })).rejects.toBe(enough)
    expect(waitedMs).toEqual([80, 240, 300, 300])
  })

  it('saves the fresh token of an idle table, so that it never expires', async () => {
    const { events, run, state } = setUp(table)
    table.add(2)
    const { options } = waits(Array.from({ length: 20 }, () => nothing))
    await expect(run({ ...options, follow: { minIntervalMs: dayMs, maxIntervalMs: dayMs } })).rejects.toBe(
      enough,
    )
    expect(find(events, 'reset')).toHaveLength(1)
    // Twenty days on, it is good for another seven, less the last wait.
    const expiresAt = Date.parse(state()?.state.checkpoint.expiresAt ?? '')
    expect(expiresAt - nowMs).toBe(6 * dayMs)
  })

  it('says ahead of time that the token expires', async () => {
    const { events, run } = setUp(table)
    table.add(2)
    const { options } = waits([() => (nowMs += 6.5 * dayMs)])
    await expect(run(options)).rejects.toBe(enough)
    expect(find(events, 'expiring')).toHaveLength(1)
    expect(find(events, 'expiring')[0]?.remainingMs).toBeLessThan(dayMs)
  })

  it('reports what waiting may cure, waits longer each time, and goes on', async () => {
    const { sink, events, run } = setUp(table)
    table.add(4)
    table.emulator.faults.next({ url: 'products?', status: 503, times: 3 })
    const { options, waitedMs } = waits([nothing, nothing, nothing, () => table.add(1)])
    await expect(run(options)).rejects.toBe(enough)
    expect(find(events, 'failed-poll').map(({ error, delayMs }) => [error.code, delayMs])).toEqual([
      ['unavailable', 5_000],
      ['unavailable', 10_000],
      ['unavailable', 20_000],
    ])
    expect(waitedMs).toEqual([5_000, 10_000, 20_000, 5_000, 5_000])
    expectExact(sink.rows(), table)
  })

  it('waits at least as long as the service asks', async () => {
    const { run } = setUp(table)
    table.emulator.faults.next({ url: 'products?', status: 503, retryAfterSeconds: 77 })
    const { options, waitedMs } = waits([nothing])
    await expect(run(options)).rejects.toBe(enough)
    expect(waitedMs[0]).toBe(77_000)
  })

  it.each([
    { of: 'sink', when: 'before' },
    { of: 'sink', when: 'after' },
    { of: 'store', when: 'before' },
    { of: 'store', when: 'after' },
  ] as const)('opens everything afresh when the $of fails $when its effect', async ({ of, when }) => {
    const rooms = setUp(table)
    const { sink, checkpoints, fingerprints, events } = rooms
    const failures = createFailingCalls()
    table.add(7)
    // Every failure is followed by another one, later on, until a round goes by without.
    const during = Array.from({ length: 24 }, (_, index) => () => {
      if (index % 2 === 0) table.add(1)
      failures.failAt(1 + (index % 9), when)
    })
    const { options } = waits([...during, () => failures.never(), nothing])
    failures.failAt(3, when)
    const isSink = of === 'sink'
    const running = rooms.run({
      ...options,
      commitBytes: 1,
      fingerprints,
      sink: isSink ? failures.wrap(sink, ['open', 'write', 'commit']) : sink,
      checkpoints: isSink ? checkpoints : failures.wrap(checkpoints, ['load', 'save']),
    })
    await expect(running).rejects.toBe(enough)
    expect(find(events, 'failed-poll').length).toBeGreaterThan(3)
    expect(find(events, 'failed-poll').every(({ error }) => error.code === 'sink-failed')).toBe(true)
    expectExact(sink.rows(), table)
    expect(fingerprints.rows()).toEqual(sink.rows())
  })

  it('ends with an error that waiting will not cure', async () => {
    const { sink, run } = setUp(table)
    const ids = table.add(150)
    const onClock = (options: Partial<TestOptions>) => ({
      ...options,
      source: table.feed({ clock: options.clock }),
    })
    const { options } = waits([() => ids.forEach((id) => void table.remove(id))])
    await expect(run(onClock(options))).rejects.toMatchObject({ code: 'too-many-deletions' })
    expect(sink.isOpen()).toBe(false)
  })

  it('asks for a restart until the new read is under way, and not again behind a failure', async () => {
    const { sink, events, run } = setUp(table)
    table.add(7)
    await run()
    const failures = createFailingCalls()
    const { options } = waits([nothing, () => failures.failAt(2, 'before'), nothing])
    // The sink fails when the new read has begun, and once more when it is followed.
    failures.failAt(3, 'before')
    const wrapped = failures.wrap(sink, ['open', 'write', 'commit'])
    await expect(run({ ...options, sink: wrapped, restart: true })).rejects.toBe(enough)
    expect(find(events, 'reset').map(({ reason, epoch }) => [reason, epoch])).toEqual([
      ['initial', 1],
      ['requested', 2],
      ['requested', 2],
    ])
    expectExact(sink.rows(), table)
  })

  it('ends when somebody else takes over the lease, and takes it again when only the connection broke', async () => {
    for (const [reason, isCured] of [
      [new Error('taken'), false],
      [new DataverseError('connection lost', { code: 'sink-failed', retryable: true }), true],
    ] as const) {
      const { sink, checkpoints, events, run } = setUp(table)
      table.add(2)
      const { options } = waits([() => checkpoints.lose('products', reason), () => table.add(1), nothing])
      const outcome = await run(options).catch((error) => error)
      if (isCured) {
        expect(outcome).toBe(enough)
        expect(find(events, 'failed-poll')).toHaveLength(1)
        expectExact(sink.rows(), table)
      } else expect(outcome).toMatchObject({ code: 'conflict', cause: reason })
      expect(sink.isOpen()).toBe(false)
    }
  })
})
