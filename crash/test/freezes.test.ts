import { addTallies, emptyTally, formatTally } from '@deltaverse/testing/crash'
import { afterAll, describe, expect, it } from 'vitest'
import { wishesOf } from '../src/lib/run-seeds.js'
import { createSeedRunner } from '../src/lib/seed-runner.js'

const runner = createSeedRunner()
afterAll(() => runner.close())

/** Seeds that find a holder who goes on as if nobody had taken over, the quickest first. */
const blind: Readonly<Record<string, readonly number[]>> = {
  files: [1, 2, 3, 4],
  postgres: [1, 2, 3, 4],
  sqlite: [1, 2, 3, 4],
}

describe.runIf(process.platform !== 'win32').each(Object.keys(blind))(
  'runs into %s that freeze anywhere and wake behind a takeover',
  { timeout: 120_000 },
  (connector) => {
    const wishes = wishesOf(1, { connectors: [connector], wishes: { way: 'freeze' } })

    it('lose, tear and repeat nothing', async () => {
      let tally = emptyTally
      for (let seed = 801; tally.crashes < 12; seed += 1) {
        const result = await runner.run(seed, wishes)
        expect(result.problems, `seed ${seed}\n${result.trail.join('\n')}`).toEqual([])
        tally = addTallies(tally, result.tally)
      }
      console.log(formatTally(tally))
    })

    it('are found out where they go on as if nobody had taken over', async () => {
      const kinds = new Set<string>()
      for (const seed of blind[connector] ?? []) {
        const { problems } = await runner.run(seed, wishes, { plant: 'wakes-blind' })
        for (const { kind } of problems) kinds.add(kind)
        if (kinds.has('lost')) break
      }
      expect([...kinds]).toContain('lost')
    })
  },
)
