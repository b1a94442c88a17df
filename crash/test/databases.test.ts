import { addTallies, emptyTally, formatTally } from '@deltaverse/testing/crash'
import { afterAll, describe, expect, it } from 'vitest'
import type { PlantName } from '../src/lib/run/plants.js'
import { wishesOf } from '../src/lib/run-seeds.js'
import type { ScenarioWishes } from '../src/lib/scenario.js'
import { createSeedRunner } from '../src/lib/seed-runner.js'
import { missedConnectors } from '../src/lib/targets/targets.js'

/** Rows go to a service, which gives each a result: its tests are its own. */
const triedElsewhere: readonly string[] = ['dataverse']

const runner = createSeedRunner()
afterAll(() => runner.close())

const wishes = wishesOf(1, { connectors: ['postgres'], wishes: {} })
const sqliteWishes = wishesOf(1, { connectors: ['sqlite'], wishes: {} })

describe('a table of a database, its process killed with SIGKILL', { timeout: 120_000 }, () => {
  it.each([
    ['PostgreSQL', wishes],
    ['SQLite', sqliteWishes],
  ])('loses, tears and repeats nothing: %s', async (_, wished) => {
    let tally = emptyTally
    for (let seed = 1; tally.crashes < 10; seed += 1) {
      const result = await runner.run(seed, wished)
      expect(result.problems, `seed ${seed}\n${result.trail.join('\n')}`).toEqual([])
      tally = addTallies(tally, result.tally)
    }
    console.log(formatTally(tally))
    expect(tally).toMatchObject({ rowsLost: 0, rowsTorn: 0, duplicatesAfterCommit: 0, runsStuck: 0 })
    expect(tally.duplicatesSeen).toBeGreaterThan(0)
  })

  it.each<readonly [PlantName, number, string]>([
    ['checkpoint-before-rows', 10, 'lost'],
    ['gap-open', 2, 'lost'],
    ['pages-from-the-start', 3, 'repeated'],
  ])('is caught with the planted bug %s, in PostgreSQL and SQLite', async (plant, seed, found) => {
    for (const wished of [wishes, sqliteWishes]) await caught(plant, seed, found, wished)
  })

  async function caught(
    plant: PlantName,
    seed: number,
    found: string,
    wished: ScenarioWishes,
  ): Promise<void> {
    const { problems } = await runner.run(seed, wished, { plant })
    expect(problems.map(({ kind }) => kind)).toContain(found)
  }
})

describe('the crash runner', () => {
  it('crashes the sink of every connector of the registry', () => {
    expect(missedConnectors.filter((name) => !triedElsewhere.includes(name))).toEqual([])
  })
})
