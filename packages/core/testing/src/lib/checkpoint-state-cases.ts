import assert from 'node:assert/strict'
import type { CheckpointStore, SyncState } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { checkpointOf, syncState } from './events.js'

/** Makes a case around two stores over the same storage. */
export type StoreCase = (
  name: string,
  body: (first: CheckpointStore, second: CheckpointStore) => Promise<void>,
) => ContractCase

/** What comes back from a store, under which names. */
export function checkpointStateCases(storeCase: StoreCase): readonly ContractCase[] {
  return [
    storeCase('has nothing under a name that was never saved', async (first, second) => {
      assert.equal(await first.load('accounts'), undefined)
      await first.save('contacts', syncState({ position: 1 }), undefined)
      assert.equal(await second.load('accounts'), undefined)
    }),

    ...Object.entries(states).map(([what, state]) =>
      storeCase(`gives back ${what}`, async (first, second) => {
        const revision = await first.save('accounts', state, undefined)
        for (const store of [first, second]) {
          assert.deepEqual(await store.load('accounts'), { state, revision })
        }
      }),
    ),

    storeCase('gives back a state that the caller cannot change', async (first) => {
      const position = { bytes: 1 }
      await first.save('accounts', syncState({ position }), undefined)
      position.bytes = 2
      const loaded = await first.load('accounts')
      assert.deepEqual(loaded?.state.position, { bytes: 1 }, 'a change of what was saved got into the store')
      Object.assign(loaded?.state.position as object, { bytes: 3 })
      const again = await first.load('accounts')
      assert.deepEqual(again?.state.position, { bytes: 1 }, 'a change of what was loaded got into the store')
    }),

    storeCase('keeps names of all kinds apart', async (first, second) => {
      for (const [at, name] of names.entries()) await first.save(name, syncState({ position: at }), undefined)
      for (const [at, name] of names.entries()) {
        assert.equal(
          (await second.load(name))?.state.position,
          at,
          `the state of ${JSON.stringify(name.slice(0, 80))}`,
        )
      }
    }),
  ]
}

const states: Readonly<Record<string, SyncState>> = {
  'a state with everything in it': syncState({
    position: {
      files: [{ name: 'accounts.0001.ndjson', bytes: 123_456_789_012 }],
      open: null,
      empty: {},
      none: [],
    },
    checkpoint: checkpointOf({
      phase: 'snapshot',
      cursor: {
        select: ['accountid', 'name'],
        nextLink: '/api/data/v9.2/accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20/%3E',
      },
      expiresAt: '2026-01-22T08:30:00.000Z',
      rowsRead: 10_000,
    }),
    fingerprintMark: '17',
    rows: 10_000_000,
    deletions: 12,
    environmentId: '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  }),
  'a state with next to nothing in it': syncState({ position: null }),
  'positions that are plain values': syncState({ position: '0/16B3748' }),
  'links of 100,000 characters': syncState({
    position: 0,
    checkpoint: checkpointOf({
      cursor: { nextLink: `/api/data/v9.2/accounts?$skiptoken=${'%2522'.repeat(20_000)}` },
    }),
  }),
  'text of all kinds': syncState({
    position: {
      text: 'a\n"b"\\ \u2028 \u0001 東京 👩‍👩‍👧‍👦',
      '東京 "key"': [-0.1, 1e300, 9_007_199_254_740_991, true, false, null],
    },
  }),
}

const names: readonly string[] = [
  'accounts',
  'Accounts',
  'ACCOUNTS',
  'contoso/accounts',
  'contoso\\accounts',
  'contoso_accounts',
  'contoso%2Faccounts',
  'contoso%2faccounts',
  '/accounts',
  'accounts/',
  '.',
  '..',
  '../accounts',
  '../../etc/passwd',
  '.accounts',
  'accounts.',
  'accounts.json',
  'accounts.lock',
  'accounts.tmp',
  'accounts ',
  ' accounts',
  'con',
  'nul.txt',
  'a:b*c?d"e<f>g|h',
  'line\nbreak',
  "o'hara; drop table states --",
  '$1 %s',
  '__proto__',
  'constructor',
  'Ærøskøbing',
  'æRØSKØBING',
  '東京都',
  '👩‍👩‍👧‍👦',
  'caf\u00e9',
  'cafe\u0301',
  'long'.repeat(250),
  `${'long'.repeat(250)}er`,
  '長'.repeat(300),
]
