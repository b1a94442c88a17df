import { join } from 'node:path'
import { createFingerprints } from '@deltaverse/fingerprints'
import { idOf } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { expectKnown, fingerprintRow, type KnownRows } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

/** What was known at each commit, the first one first. */
let commits: readonly { readonly mark: string; readonly rows: KnownRows; readonly epoch: number }[]
let directory: string

beforeEach(async () => {
  directory = join(await temporaryFolder(), 'accounts')
  const fingerprints = createFingerprints({ directory, maxPendingRows: 1 })
  await fingerprints.open(undefined)
  const rows = new Map<number, { version: number; epoch: number }>()
  const done: (typeof commits)[number][] = []
  for (let epoch = 1; epoch <= 6; epoch++) {
    for (const number of [epoch, epoch + 1, 20 + epoch]) {
      await fingerprints.record([fingerprintRow(number, epoch)], epoch)
      rows.set(number, { version: epoch, epoch })
    }
    await fingerprints.remove([idOf(epoch)])
    rows.delete(epoch)
    done.push({ mark: await fingerprints.commit(), rows: new Map(rows), epoch })
  }
  commits = done
  await fingerprints.close()
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
  const fingerprints = createFingerprints({ directory })
  try {
    return await fingerprints.open(commits[at]?.mark, { signal }).then(
      () => 'opened',
      (error: unknown) => {
        expect(error).toBe(reason)
        return 'stopped'
      },
    )
  } finally {
    await fingerprints.close()
  }
}

async function expectAt(at: number): Promise<void> {
  const commit = commits[at]
  if (commit === undefined) throw new Error(`there is no commit ${at}`)
  const fingerprints = createFingerprints({ directory })
  expect(await fingerprints.open(commit.mark)).toBe(true)
  await expectKnown(fingerprints, commit.rows, commit.epoch)
  await fingerprints.close()
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
    const fingerprints = createFingerprints({ directory })
    expect(await fingerprints.open(commits[5]?.mark)).toBe(false)
    await expectKnown(fingerprints, new Map(), 9)
    await fingerprints.close()
  })

  it('takes back what was written without a commit', async () => {
    const fingerprints = createFingerprints({ directory, maxPendingRows: 1 })
    await fingerprints.open(commits[5]?.mark)
    for (let number = 1; number < 30; number++) {
      await fingerprints.record([fingerprintRow(number, 9)], 9)
      await fingerprints.remove([idOf(30 - number)])
    }
    await fingerprints.close()
    await expectAt(5)
    await expectAt(2)
  })
})
