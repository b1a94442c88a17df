import { join } from 'node:path'
import type { Fingerprints, FingerprintVerdict } from '@deltaverse/core'
import { createFingerprints } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectKnown, fingerprintRow, type KnownRows } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

const number = fc.nat(30)
const shown = fc.record({ number, version: fc.integer({ min: 1, max: 3 }) })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('record' as const), rows: fc.array(shown, { maxLength: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('remove' as const), numbers: fc.array(number, { maxLength: 6 }) }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'next epoch' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen empty' as const }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Known {
  readonly rows: KnownRows
  readonly epoch: number
}

const keptCommits = 4

it('knows at each of its last commits exactly what it knew then, and nothing at any other mark', async () => {
  const folder = await temporaryFolder()
  let run = 0
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 20, maxLength: 60 }),
    fc.constantFrom(1, 5, 20_000),
    async (steps, maxPendingRows) => {
      const directory = join(folder, String(run++))
      const pair = createPair(() => createFingerprints({ directory, keptCommits, maxPendingRows }))
      try {
        await pair.open()
        for (const one of steps) await pair.take(one)
        await pair.check()
      } finally {
        await pair.close()
      }
    },
  )
  await fc.assert(property, { numRuns: 40, seed: 20_260_115 })
})

/** A fingerprint store and what it ought to know. */
function createPair(create: () => Fingerprints) {
  let fingerprints = create()
  let rows = new Map<number, { readonly version: number; readonly epoch: number }>()
  let epoch = 1
  /** Oldest first; a reopen cuts off what lies behind. */
  let commits: (Known & { readonly mark: string })[] = []

  function show({
    number,
    version,
  }: {
    readonly number: number
    readonly version: number
  }): FingerprintVerdict {
    const before = rows.get(number)
    rows.set(number, { version, epoch })
    if (before === undefined) return 'new'
    return before.version === version ? 'unchanged' : 'changed'
  }

  async function commit(): Promise<void> {
    const mark = await fingerprints.commit()
    if (mark !== commits.at(-1)?.mark) commits.push({ mark, rows: new Map(rows), epoch })
  }

  async function reopen(at: (typeof commits)[number] | undefined): Promise<void> {
    await fingerprints.close()
    fingerprints = create()
    const kept = at !== undefined && commits.slice(-keptCommits).includes(at)
    expect(await fingerprints.open(at?.mark)).toBe(at === undefined || kept)
    commits = kept ? commits.slice(0, commits.indexOf(at) + 1) : []
    rows = new Map(kept ? at.rows : [])
    epoch = kept ? at.epoch : epoch
    await check()
  }

  async function check(): Promise<void> {
    await expectKnown(fingerprints, rows, epoch)
    // The check shows every row in this epoch.
    for (const [number, row] of rows) rows.set(number, { ...row, epoch })
  }

  return {
    check,
    open: () => fingerprints.open(undefined),
    close: () => fingerprints.close(),
    async take(one: Step): Promise<void> {
      switch (one.do) {
        case 'record': {
          const verdicts = one.rows.map(show)
          const shownRows = one.rows.map((row) => fingerprintRow(row.number, row.version))
          expect(await fingerprints.record(shownRows, epoch)).toEqual(verdicts)
          break
        }
        case 'remove': {
          const known = one.numbers.map((removed) => rows.delete(removed))
          expect(await fingerprints.remove(one.numbers.map(idOf))).toEqual(known)
          break
        }
        case 'commit':
          await commit()
          break
        case 'next epoch':
          epoch++
          break
        case 'reopen':
          await reopen(commits.at(-1 - one.back))
          break
        case 'reopen empty':
          await reopen(undefined)
      }
    },
  }
}
