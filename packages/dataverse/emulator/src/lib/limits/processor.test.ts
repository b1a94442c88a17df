import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProcessor } from './processor.js'

/** A time that moves when told to, and fires the waits that it passes. */
function createManualTime() {
  let now = 0
  let waits: { at: number; resolve: () => void }[] = []
  return {
    now: () => now,
    wait: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const entry = { at: now + ms, resolve }
        waits.push(entry)
        signal.addEventListener('abort', () => {
          waits = waits.filter((each) => each !== entry)
          reject(signal.reason)
        })
      }),
    async advance(to: number) {
      for (;;) {
        await new Promise(setImmediate)
        const next = waits.filter(({ at }) => at <= to).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        waits = waits.filter((each) => each !== next)
        now = Math.max(now, next.at)
        next.resolve()
      }
      now = to
    },
  }
}

describe('createProcessor()', () => {
  it('gives each job full speed up to the saturation and an equal share beyond it', async () => {
    const time = createManualTime()
    const processor = createProcessor(time, 2)
    const done: [string, number][] = []
    const run = (name: string, work: number) =>
      processor.run(work).then((elapsed) => done.push([name, elapsed]))
    void run('a', 100)
    void run('b', 100)
    await time.advance(50)
    // From here four share two: half speed.
    void run('c', 50)
    void run('d', 200)
    await time.advance(1000)
    expect(done.map(([name, elapsed]) => [name, Math.round(elapsed)])).toEqual([
      ['a', 150],
      ['b', 150],
      ['c', 100],
      ['d', 250],
    ])
  })

  it('works faster and slower as the saturation changes', async () => {
    const time = createManualTime()
    // 4 at full speed, but only 1 in the seconds from 2 to 6.
    const processor = createProcessor(time, (now) => (now >= 2_000 && now < 6_000 ? 1 : 4))
    const done: number[] = []
    for (const work of [1_000, 4_000, 4_000, 4_000]) {
      void processor.run(work).then((elapsed) => done.push(elapsed))
    }
    await time.advance(20_000)
    // 2 s of work are done in 2 s; three share 1 for 4 s, which does 1.33 s each; the last 0.67 s pass at full speed.
    expect(done.map(Math.round)).toEqual([1_000, 6_667, 6_667, 6_667])
  })

  it('loses and invents no work: what passes is never less than the work, and all ends when it must', async () => {
    const jobs = fc.array(fc.record({ at: fc.nat(500), work: fc.integer({ min: 1, max: 300 }) }), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (all, saturation) => {
        const time = createManualTime()
        const processor = createProcessor(time, saturation)
        const ended: { work: number; elapsed: number; at: number }[] = []
        for (const { at, work } of [...all].sort((a, b) => a.at - b.at)) {
          await time.advance(at)
          void processor.run(work).then((elapsed) => ended.push({ work, elapsed, at: at + elapsed }))
        }
        await time.advance(100_000)
        expect(ended).toHaveLength(all.length)
        for (const { work, elapsed } of ended) expect(elapsed).toBeGreaterThanOrEqual(work - 0.01)
        const total = all.reduce((sum, { work }) => sum + work, 0)
        const last = Math.max(0, ...ended.map(({ at }) => at))
        const first = Math.min(0, ...all.map(({ at }) => at))
        expect(last - first).toBeGreaterThanOrEqual(total / saturation - 0.1)
        expect(last).toBeLessThanOrEqual(500 + total + 0.1)
      }),
      { numRuns: 50 },
    )
  })
})
