// The code between the marks is what the README shows; a check of the repository compares the two.
import { rm } from 'node:fs/promises'
import type { LedgerRow, SyncState } from '@deltaverse/core'
import { createRowLedger } from '@deltaverse/fingerprints'
import { idOf, syncState } from '@deltaverse/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ledgerRow } from './support/known-rows.js'
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

async function write(rows: readonly LedgerRow[]): Promise<void> {
  written = rows.map(({ id }) => id)
}

async function remove(ids: readonly string[]): Promise<void> {
  removed.push(...ids)
}

async function save(next: SyncState): Promise<void> {
  state = next
}

async function resync(rows: readonly LedgerRow[], generation: number): Promise<void> {
  // example: alone
  const ledger = createRowLedger({ directory: 'data/contacts.ledger' })
  const known = await ledger.open(state.ledgerMark)
  if (!known) report('the ledger knows nothing: every row will be new')

  const verdicts = await ledger.record(rows, generation)
  await write(rows.filter((_, at) => verdicts[at] !== 'unchanged'))

  for await (const ids of ledger.stale(generation)) {
    await remove(ids)
    await ledger.remove(ids)
  }
  await save({ ...state, ledgerMark: await ledger.commit() })
  await ledger.close()
  // end
}

it('tells what a resync changed and what is gone', async () => {
  await resync([ledgerRow(1, 1), ledgerRow(2, 1), ledgerRow(3, 1)], 1)
  expect(written).toEqual([1, 2, 3].map(idOf))
  await resync([ledgerRow(1, 1), ledgerRow(3, 2), ledgerRow(4, 1)], 2)
  expect(written).toEqual([3, 4].map(idOf))
  expect(removed).toEqual([idOf(2)])
  expect(said).toEqual([])
  await rm('data', { recursive: true })
  await resync([ledgerRow(1, 1)], 3)
  expect(said).toEqual(['the ledger knows nothing: every row will be new'])
})
