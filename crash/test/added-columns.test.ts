import { afterAll, describe, expect, it } from 'vitest'
import { failpointsOf } from '../src/lib/failpoints.js'
import type { SinkPlan } from '../src/lib/scenario.js'
import { createSeedRunner } from '../src/lib/seed-runner.js'

const runner = createSeedRunner()
afterAll(() => runner.close())

const sinks = [
  { mode: 'log', fingerprints: false },
  { mode: 'mirror', fingerprints: false },
  { mode: 'log', fingerprints: true },
  { mode: 'mirror', fingerprints: true },
] as const satisfies readonly Partial<SinkPlan>[]

describe.each(sinks)('a column that is added while somebody writes (%j)', (sink) => {
  const points = failpointsOf({ hasFingerprints: sink.fingerprints, standsOnFiles: true })

  it('is there, and every row with it, wherever the power was cut while it was filled', async () => {
    for (const [index, at] of points.entries()) {
      const seed = 5_000 + index
      const columnAdded = { at, nth: 1 + (index % 3) }
      const { problems, trail } = await runner.run(seed, { way: 'power', sink, columnAdded })
      expect(problems, trail.join('\n')).toEqual([])
    }
  }, 120_000)
})

describe('a column that is added to a table of a database', () => {
  it('is there, and every row with it, wherever the process was killed while it was filled', async () => {
    const sink = { connector: 'sqlite', mode: 'table' } as const
    const points = ['sink:opening', 'sink:writing', 'sink:committing', 'step:columns-written'] as const
    for (const [index, at] of points.entries()) {
      for (const nth of [1, 2, 5]) {
        const wishes = { sink, columnAdded: { at, nth } }
        const { problems, trail } = await runner.run(6_000 + index * 10 + nth, wishes)
        expect(problems, trail.join('\n')).toEqual([])
      }
    }
  }, 120_000)
})
