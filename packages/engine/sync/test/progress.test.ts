import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent, SyncProgress } from '../src/index.js'
import { type EmulatedTable, startTable } from './support/emulated-table.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-03-01')
  table = await startTable()
})
afterEach(() => table.stop())

const progressOf = (events: readonly SyncEvent[]): SyncProgress[] =>
  events.flatMap((event) => (event.kind === 'progress' ? [event.progress] : []))
const rounded = (progress: SyncProgress | undefined) => JSON.parse(JSON.stringify(progress ?? {}))
const counted = (emulator: EmulatedTable['emulator']) =>
  emulator.requests.filter(({ url }) => url.includes('$count')).length

/** A second passes with each group of rows, and the count has its answer by then. */
function options(): Partial<TestOptions> {
  const clock = { now: () => nowMs, delay: async () => undefined }
  const source = table.feed({ pageSize: 2 })
  let counting: Promise<unknown> | undefined
  return {
    clock,
    progress: true,
    source: {
      ...source,
      count(call) {
        const answer = source.count(call)
        counting = answer
        return answer
      },
    },
    async onStep(step) {
      if (step !== 'page-read') return
      await counting?.catch(() => undefined)
      nowMs += 1_000
    },
  }
}

describe('progress', () => {
  it('says how far a full read is, at what rate, and how long it will take', async () => {
    const { events, run } = setUp(table)
    table.add(8)
    await run(options())
    const progress = progressOf(events)
    expect(progress.map(({ rows, share, remainingMs }) => [rows, share, remainingMs])).toEqual([
      [2, 0.25, 3_000],
      [4, 0.5, 2_000],
      [6, 0.75, 1_000],
      [8, 1, 0],
      [8, 1, 0],
    ])
    expect(rounded(progress[1])).toMatchObject({
      read: 'snapshot',
      deletions: 0,
      elapsedMs: 2_000,
      rowsPerSecond: 2,
      expected: { rows: 8, certainty: 'exact' },
    })
    expect(progress[1]?.bytes).toBeGreaterThan(100)
    expect(counted(table.emulator)).toBe(1)
  })

  it('counts what came before a resume, and the rate of this run', async () => {
    const { events, run } = setUp(table)
    table.add(8)
    const crash = new Error('crash')
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'after-state-saved') throw crash
    }
    await expect(run({ ...options(), progress: false, commitBytes: 1, onStep })).rejects.toBe(crash)
    expect(counted(table.emulator)).toBe(0)
    events.length = 0
    await run(options())
    expect(progressOf(events)[0]).toMatchObject({
      rows: 4,
      rowsPerSecond: 2,
      share: 0.5,
      remainingMs: 2_000,
    })
  })

  it('does without a count that fails, and asks for none in a delta', async () => {
    const { events, run } = setUp(table)
    table.add(4)
    table.emulator.faults.next({ url: '$count', status: 403 })
    await run(options())
    expect(progressOf(events)[0]).toMatchObject({ rows: 2, rowsPerSecond: 2 })
    expect(progressOf(events)[0]).not.toHaveProperty('share')
    events.length = 0
    table.add(1)
    await run(options())
    expect(progressOf(events)).toMatchObject([{ read: 'incremental', rows: 1 }])
    expect(counted(table.emulator)).toBe(1)
  })

  it('promises nothing of a count that is a limit', async () => {
    const { events, run } = setUp(table)
    table.add(2)
    const given = options()
    const source = { ...table.feed(), count: async () => ({ rows: 1, certainty: 'at-least' as const }) }
    await run({ ...given, source })
    expect(progressOf(events)[0]).toMatchObject({ rows: 2, expected: { certainty: 'at-least' } })
    expect(progressOf(events)[0]).not.toHaveProperty('share')
  })

  it('is said no more often than wanted', async () => {
    const { events, run } = setUp(table)
    table.add(8)
    await run({ ...options(), progress: { intervalMs: 3_000 } })
    expect(progressOf(events).map(({ rows }) => rows)).toEqual([6, 8])
  })
})
