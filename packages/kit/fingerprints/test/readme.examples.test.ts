// The code between the marks is what the README shows; a check of the repository compares the two.
import { rm } from 'node:fs/promises'
import type { FingerprintRow, SyncState } from '@deltaverse/core'
import { createFingerprints } from '@deltaverse/fingerprints'
import { idOf, syncState } from '@deltaverse/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fingerprintRow } from './support/known-rows.js'
import { temporaryFolder } from './support/temporary-folder.js'

const home = process.cwd()
let state: SyncState
let written: readonly string[]
const removed: string[] = []
const said: string[] = []
const report = (text: string) => said.push(text)

beforeEach(async () => {
  process.chdir(await temporaryFolder())
  state = syncState({ position: 0 })
})

afterEach(() => process.chdir(home))

async function write(rows: readonly FingerprintRow[]): Promise<void> {
  written = rows.map(({ id }) => id)
}

async function remove(ids: readonly string[]): Promise<void> {
  removed.push(...ids)
}

async function save(next: SyncState): Promise<void> {
  state = next
}

async function resync(rows: readonly FingerprintRow[], epoch: number): Promise<void> {
  // example: alone
  const fingerprints = createFingerprints({ directory: 'data/contacts.fingerprints' })
  const known = await fingerprints.open(state.fingerprintMark)
  if (!known) report('the fingerprints knows nothing: every row will be new')

  const verdicts = await fingerprints.record(rows, epoch)
  await write(rows.filter((_, at) => verdicts[at] !== 'unchanged'))

  for await (const ids of fingerprints.stale(epoch)) {
    await remove(ids)
    await fingerprints.remove(ids)
  }
  await save({ ...state, fingerprintMark: await fingerprints.commit() })
  await fingerprints.close()
  // end
}

it('tells what a resync changed and what is gone', async () => {
  await resync([fingerprintRow(1, 1), fingerprintRow(2, 1), fingerprintRow(3, 1)], 1)
  expect(written).toEqual([1, 2, 3].map(idOf))
  await resync([fingerprintRow(1, 1), fingerprintRow(3, 2), fingerprintRow(4, 1)], 2)
  expect(written).toEqual([3, 4].map(idOf))
  expect(removed).toEqual([idOf(2)])
  expect(said).toEqual([])
  await rm('data', { recursive: true })
  await resync([fingerprintRow(1, 1)], 3)
  expect(said).toEqual(['the fingerprints knows nothing: every row will be new'])
})
