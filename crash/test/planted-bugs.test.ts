import type { Problem } from '@deltaverse/testing/crash'
import { afterAll, describe, expect, it } from 'vitest'
import type { PlantName } from '../src/lib/run/plants.js'
import type { ScenarioWishes, SinkPlan } from '../src/lib/scenario.js'
import { createSeedRunner } from '../src/lib/seed-runner.js'

const runner = createSeedRunner()
afterAll(() => runner.close())

interface PlantedBug {
  readonly sink: Partial<SinkPlan>
  /** Seeds that find it, the quickest first. */
  readonly seeds: readonly number[]
  readonly found: Problem['kind']
  /** Whether it takes a column that is added, and a crash behind the first commit with it. */
  readonly needsColumn?: true
}

const log = { mode: 'log', compression: 'none', fingerprints: false } as const

/** Those of runs that freeze are in their own test. */
const bugs: Readonly<Record<Exclude<PlantName, 'wakes-blind'>, PlantedBug>> = {
  'checkpoint-before-rows': { sink: { mode: 'log', fingerprints: false }, seeds: [2, 31, 6], found: 'lost' },
  'no-data-fsync': { sink: log, seeds: [4, 5, 6], found: 'torn' },
  'no-state-fsync': { sink: { fingerprints: false }, seeds: [5, 10], found: 'stuck' },
  'no-folder-fsync': { sink: { mode: 'mirror', fingerprints: false }, seeds: [6, 4], found: 'lost' },
  'resync-forgets-deletions': { sink: { mode: 'log', fingerprints: true }, seeds: [2, 3, 4], found: 'lost' },
  'gap-open': { sink: { mode: 'mirror', fingerprints: false }, seeds: [11, 27, 19], found: 'lost' },
  'pages-from-the-start': { sink: { fingerprints: false }, seeds: [9, 4], found: 'repeated' },
  'fingerprint-ahead': { sink: { fingerprints: true }, seeds: [3, 14, 17], found: 'lost' },
  'fingerprint-behind': { sink: { fingerprints: true }, seeds: [17, 25, 31], found: 'lost' },
  'nothing-discarded': { sink: { mode: 'log', fingerprints: false }, seeds: [5, 1], found: 'repeated' },
  'torn-tail-accepted': {
    sink: { mode: 'log', compression: 'gzip', fingerprints: false },
    seeds: [3, 5, 2],
    found: 'torn',
  },
  'columns-forgotten': {
    sink: { mode: 'log', fingerprints: false },
    seeds: [1, 2, 3],
    found: 'lost',
    needsColumn: true,
  },
  'no-compare-and-set': { sink: { mode: 'log', fingerprints: false }, seeds: [24, 9], found: 'lost' },
}

describe.each(Object.entries(bugs) as [PlantName, PlantedBug][])(
  'the planted bug %s',
  (plant, { sink, seeds, found, needsColumn }) => {
    const wishes: ScenarioWishes = {
      way: 'power',
      sink: { format: 'ndjson', ...sink },
      ...(needsColumn && { columnAdded: { at: 'step:after-state-saved', nth: 1 } }),
    }

    it(`is caught: something is ${found}`, async () => {
      const kinds = new Set<string>()
      for (const seed of seeds) {
        const { problems } = await runner.run(seed, wishes, { plant })
        for (const { kind } of problems) kinds.add(kind)
        if (kinds.has(found)) break
      }
      expect([...kinds]).toContain(found)
    })

    it('is all that is wrong: the seed is clean without it', async () => {
      const { trail, problems } = await runner.run(seeds[0] ?? 1, wishes)
      expect(problems, trail.join('\n')).toEqual([])
    })
  },
)
