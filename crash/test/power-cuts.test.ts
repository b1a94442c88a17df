import { addTallies, emptyTally, formatTally } from '@deltaverse/testing/crash'
import { afterAll, describe, expect, it } from 'vitest'
import type { SinkPlan } from '../src/lib/scenario.js'
import { createSeedRunner } from '../src/lib/seed-runner.js'

const runner = createSeedRunner()
afterAll(() => runner.close())

const sinks: readonly (readonly [string, Partial<SinkPlan>])[] = [
  ['a log', { mode: 'log', fingerprints: false, format: 'ndjson' }],
  ['a log in CSV', { mode: 'log', format: 'csv' }],
  ['a mirror in CSV', { mode: 'mirror', format: 'csv' }],
  ['a log, with a fingerprint store', { mode: 'log', fingerprints: true }],
  ['a mirror', { mode: 'mirror', fingerprints: false }],
  ['a mirror, with a fingerprint store', { mode: 'mirror', fingerprints: true }],
]

describe('power cuts', () => {
  it.each(sinks)(
    'lose, tear and repeat nothing in %s',
    async (_, sink) => {
      let tally = emptyTally
      for (let seed = 501; tally.crashes < 60; seed += 1) {
        const result = await runner.run(seed, { way: 'power', sink })
        expect(result.problems, `seed ${seed}\n${result.trail.join('\n')}`).toEqual([])
        tally = addTallies(tally, result.tally)
      }
      console.log(formatTally(tally))
      expect(tally).toMatchObject({ rowsLost: 0, rowsTorn: 0, duplicatesAfterCommit: 0, runsStuck: 0 })
      // Otherwise nothing was tried.
      expect(tally.duplicatesSeen).toBeGreaterThan(0)
    },
    60_000,
  )

  it('come again, blow by blow, from the same seed', async () => {
    const once = () => runner.run(4, { way: 'power', sink: { fingerprints: false } })
    const [first, second] = [await once(), await once()]
    expect(first.tally.crashes).toBeGreaterThan(0)
    expect(second).toEqual(first)
  })
})
