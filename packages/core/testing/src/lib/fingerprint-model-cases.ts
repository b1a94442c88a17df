import assert from 'node:assert/strict'
import type { FingerprintVerdict } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { type FingerprintSession, fingerprintCase, fingerprintRow, staleIds } from './fingerprint-session.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'
import { createSeededRandom, type SeededRandom } from './seeded-random.js'

const seeds = [1, 2, 3, 4]
const steps = 250
/** Few enough that the same rows are met again and again. */
const rowCount = 40

/** Random calls, with crashes between commit and save, against a map. */
export function fingerprintModelCases(harness: FingerprintsHarness): readonly ContractCase[] {
  return seeds.map((seed) =>
    fingerprintCase(
      harness,
      `knows what a map knows after ${steps} random steps (seed ${seed})`,
      async (session) => {
        const model = createModel(session, createSeededRandom(seed))
        for (let step = 0; step < steps; step++) await model.step()
        await model.check()
      },
    ),
  )
}

type Rows = Map<number, { readonly version: number; readonly epoch: number }>

function createModel(session: FingerprintSession, random: SeededRandom) {
  let rows: Rows = new Map()
  let epoch = 1
  /** What the state of the sync says: the mark that was saved last, with what was known by then. */
  let saved: { readonly mark: string | undefined; readonly rows: Rows; readonly epoch: number } = {
    mark: undefined,
    rows: new Map(),
    epoch: 1,
  }
  let unsavedCommits = 0

  async function record(): Promise<void> {
    const shown = Array.from({ length: 1 + random.below(12) }, () => ({
      number: random.below(rowCount),
      version: 1 + random.below(3),
    }))
    const verdicts = shown.map(({ number, version }): FingerprintVerdict => {
      const known = rows.get(number)
      rows.set(number, { version, epoch })
      if (known === undefined) return 'new'
      return known.version === version ? 'unchanged' : 'changed'
    })
    const fingerprintRows = shown.map(({ number, version }) => fingerprintRow(number, version))
    await session.expectVerdicts(fingerprintRows, epoch, verdicts)
  }

  async function remove(): Promise<void> {
    const numbers = Array.from({ length: 1 + random.below(5) }, () => random.below(rowCount))
    const known = numbers.map((number) => rows.delete(number))
    assert.deepEqual(await session.fingerprints.remove(numbers.map(idOf)), known)
  }

  async function commit(): Promise<void> {
    const mark = await session.fingerprints.commit()
    unsavedCommits++
    // The next commit is only reached with the state saved, or by somebody who tries again without it.
    if (unsavedCommits === 3 || random.below(2) === 0) {
      saved = { mark, rows: new Map(rows), epoch }
      unsavedCommits = 0
    }
  }

  async function crash(): Promise<void> {
    const known = await session.replace(random.below(2) === 0 ? 'close' : 'crash', saved.mark)
    assert.equal(known, true, 'the mark of the saved state is not known')
    rows = new Map(saved.rows)
    epoch = saved.epoch
    unsavedCommits = 0
    await check()
  }

  async function check(): Promise<void> {
    assert.equal(session.fingerprints.count(), rows.size)
    for (const asked of [epoch, epoch + 1]) {
      const stale = [...rows].filter(([, row]) => row.epoch < asked).map(([number]) => idOf(number))
      assert.deepEqual(await staleIds(session.fingerprints, asked), stale.sort(), `stale in epoch ${asked}`)
    }
  }

  return {
    check,
    async step(): Promise<void> {
      const drawn = random.below(20)
      if (drawn < 8) await record()
      else if (drawn < 11) await remove()
      else if (drawn < 15) await commit()
      else if (drawn < 17) await crash()
      else if (drawn < 18) epoch++
      else await check()
    },
  }
}
