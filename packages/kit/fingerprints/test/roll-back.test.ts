import { join } from 'node:path'
import { createRowLedger } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { expectKnown, type KnownRows, ledgerRow } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** What was known at each commit, the first one first. */
let commits: readonly { readonly mark: string; readonly rows: KnownRows; readonly generation: number }[]
let directory: string

beforeEach(async () => {
  directory = join(await temporaryFolder(), 'accounts')
  const ledger = createRowLedger({ directory, maxPendingRows: 1 })
  await ledger.open(undefined)
  const rows = new Map<number, { version: number; generation: number }>()
  const done: (typeof commits)[number][] = []
  for (let generation = 1; generation <= 6; generation++) {
    for (const number of [generation, generation + 1, 20 + generation]) {
      await ledger.record([ledgerRow(number, generation)], generation)
      rows.set(number, { version: generation, generation })
    }
    await ledger.remove([idOf(generation)])
    rows.delete(generation)
    done.push({ mark: await ledger.commit(), rows: new Map(rows), generation })
  }
  commits = done
  await ledger.close()
})

/** Opens at a commit, and is stopped when it has looked at its signal so many times. */
async function openAndStop(at: number, looks: number): Promise<'stopped' | 'opened'> {
  const reason = new Error('stopped')
  let looked = 0
  const signal = Object.assign(new AbortController().signal, {
    throwIfAborted() {
      looked++
      if (looked > looks) throw reason
    },
  })
  const ledger = createRowLedger({ directory })
  try {
    return await ledger.open(commits[at]?.mark, { signal }).then(
      () => 'opened',
      (error: unknown) => {
        expect(error).toBe(reason)
        return 'stopped'
      },
    )
  } finally {
    await ledger.close()
  }
}

async function expectAt(at: number): Promise<void> {
  const commit = commits[at]
  if (commit === undefined) throw new Error(`there is no commit ${at}`)
  const ledger = createRowLedger({ directory })
  expect(await ledger.open(commit.mark)).toBe(true)
  await expectKnown(ledger, commit.rows, commit.generation)
  await ledger.close()
}

describe('going back to an earlier commit', () => {
  it('goes on where it was stopped, wherever that was', async () => {
    let stops = 0
    while ((await openAndStop(1, 3 + (stops % 3))) === 'stopped') stops++
    expect(stops).toBeGreaterThan(3)
    await expectAt(1)
  })

  it('can end at a commit before that', async () => {
    expect(await openAndStop(3, 5)).toBe('stopped')
    await expectAt(0)
  })

  it('leaves nothing that could be taken for a later commit when it was stopped', async () => {
    expect(await openAndStop(3, 5)).toBe('stopped')
    const ledger = createRowLedger({ directory })
    expect(await ledger.open(commits[5]?.mark)).toBe(false)
    await expectKnown(ledger, new Map(), 9)
    await ledger.close()
  })

  it('takes back what was written without a commit', async () => {
    const ledger = createRowLedger({ directory, maxPendingRows: 1 })
    await ledger.open(commits[5]?.mark)
    for (let number = 1; number < 30; number++) {
      await ledger.record([ledgerRow(number, 9)], 9)
      await ledger.remove([idOf(30 - number)])
    }
    await ledger.close()
    await expectAt(5)
    await expectAt(2)
  })
})
