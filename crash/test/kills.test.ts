import { addTallies, emptyTally, formatTally, type Tally } from '@deltaverse/testing/crash'
import { afterAll, describe, expect, it } from 'vitest'
import { createSeedRunner, type SeedRunner } from '../src/lib/seed-runner.js'

const runners = [createSeedRunner(), createSeedRunner()]
afterAll(() => Promise.all(runners.map((runner) => runner.close())))

// At least: both lanes end the seed that they are at.
const kills = 56
let nextSeed = 601
let tally: Tally = emptyTally

async function killUntilEnough(runner: SeedRunner): Promise<void> {
  while (tally.crashes < kills) {
    const seed = nextSeed++
    const result = await runner.run(seed, { way: 'kill' })
    expect(result.problems, `seed ${seed}\n${result.trail.join('\n')}`).toEqual([])
    tally = addTallies(tally, result.tally)
  }
}

describe('processes killed with SIGKILL', () => {
  it('lose, tear and repeat nothing', async () => {
    // Two beside each other: one's process starts while the other's works.
    await Promise.all(runners.map(killUntilEnough))
    console.log(formatTally(tally))
    expect(tally).toMatchObject({ rowsLost: 0, rowsTorn: 0, duplicatesAfterCommit: 0, runsStuck: 0 })
  }, 120_000)
})
