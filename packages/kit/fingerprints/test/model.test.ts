import { join } from 'node:path'
import type { LedgerVerdict, RowLedger } from '@deltaverse/core'
import { createRowLedger } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expectKnown, type KnownRows, ledgerRow } from './support/known-rows.js'
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
  { weight: 1, arbitrary: fc.constant({ do: 'next generation' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const), back: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen empty' as const }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Known {
  readonly rows: KnownRows
  readonly generation: number
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
      const pair = createPair(() => createRowLedger({ directory, keptCommits, maxPendingRows }))
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

/** A ledger and what it ought to know. */
function createPair(create: () => RowLedger) {
  let ledger = create()
  let rows = new Map<number, { readonly version: number; readonly generation: number }>()
  let generation = 1
  /** Oldest first; a reopen cuts off what lies behind. */
  let commits: (Known & { readonly mark: string })[] = []

  function show({ number, version }: { readonly number: number; readonly version: number }): LedgerVerdict {
    const before = rows.get(number)
    rows.set(number, { version, generation })
    if (before === undefined) return 'new'
    return before.version === version ? 'unchanged' : 'changed'
  }

  async function commit(): Promise<void> {
    const mark = await ledger.commit()
    if (mark !== commits.at(-1)?.mark) commits.push({ mark, rows: new Map(rows), generation })
  }

  async function reopen(at: (typeof commits)[number] | undefined): Promise<void> {
    await ledger.close()
    ledger = create()
    const kept = at !== undefined && commits.slice(-keptCommits).includes(at)
    expect(await ledger.open(at?.mark)).toBe(at === undefined || kept)
    commits = kept ? commits.slice(0, commits.indexOf(at) + 1) : []
    rows = new Map(kept ? at.rows : [])
    generation = kept ? at.generation : generation
    await check()
  }

  async function check(): Promise<void> {
    await expectKnown(ledger, rows, generation)
    // The check shows every row in this generation.
    for (const [number, row] of rows) rows.set(number, { ...row, generation })
  }

  return {
    check,
    open: () => ledger.open(undefined),
    close: () => ledger.close(),
    async take(one: Step): Promise<void> {
      switch (one.do) {
        case 'record': {
          const verdicts = one.rows.map(show)
          const shownRows = one.rows.map((row) => ledgerRow(row.number, row.version))
          expect(await ledger.record(shownRows, generation)).toEqual(verdicts)
          break
        }
        case 'remove': {
          const known = one.numbers.map((removed) => rows.delete(removed))
          expect(await ledger.remove(one.numbers.map(idOf))).toEqual(known)
          break
        }
        case 'commit':
          await commit()
          break
        case 'next generation':
          generation++
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
