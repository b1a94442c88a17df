import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { fingerprintCase, fingerprintRow, fingerprintRows, idsOf, staleIds } from './fingerprint-session.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'
import { assertAborts } from './sink-session.js'

/** How a fingerprint store behaves when it is called, whatever the rows. */
export function fingerprintCallCases(harness: FingerprintsHarness): readonly ContractCase[] {
  return [
    fingerprintCase(
      harness,
      'rejects with the reason of a signal that is aborted, and can be opened again',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 2), 1)
        const mark = await session.fingerprints.commit()
        const { fingerprints } = session
        await assertAborts((call) => fingerprints.record([fingerprintRow(3)], 2, call), 'record')
        await assertAborts((call) => fingerprints.remove([idOf(1)], call), 'remove')
        await assertAborts(async (call) => {
          for await (const _ of fingerprints.stale(9, call));
        }, 'stale')
        await fingerprints.record([fingerprintRow(4)], 2)
        await assertAborts((call) => fingerprints.commit(call), 'commit')
        await session.crash(mark)
        assert.equal(session.fingerprints.count(), 2)
        await session.fingerprints.close()
        const reopened = await harness.reopen()
        await assertAborts((call) => reopened.open(mark, call), 'open')
        await reopened.close()
        await session.crash(mark)
        assert.deepEqual(await staleIds(session.fingerprints, 2), idsOf(fingerprintRows(1, 2)))
      },
    ),

    fingerprintCase(harness, 'can be closed twice, and before it is opened', async (session) => {
      await session.fingerprints.record([fingerprintRow(1)], 1)
      const mark = await session.fingerprints.commit()
      await session.fingerprints.close()
      await session.fingerprints.close()
      const unopened = await harness.reopen()
      await unopened.close()
      assert.equal(await session.replace('close', mark), true)
      await session.expectVerdicts([fingerprintRow(1)], 1, ['unchanged'])
    }),

    fingerprintCase(harness, 'refuses calls once it is closed', async (session) => {
      const { fingerprints } = session
      await fingerprints.record([fingerprintRow(1)], 1)
      const mark = await fingerprints.commit()
      await fingerprints.close()
      await assert.rejects(
        async () => await fingerprints.record([fingerprintRow(2)], 1),
        'record after close was not refused',
      )
      await assert.rejects(
        async () => await fingerprints.remove([idOf(1)]),
        'remove after close was not refused',
      )
      await assert.rejects(async () => await fingerprints.commit(), 'commit after close was not refused')
      await assert.rejects(async () => await staleIds(fingerprints, 2), 'stale after close was not refused')
      await session.crash(mark)
      assert.deepEqual(await staleIds(session.fingerprints, 2), [idOf(1)])
    }),

    fingerprintCase(harness, 'gives marks that survive JSON', async (session) => {
      for (let version = 1; version <= 3; version++) {
        await session.fingerprints.record([fingerprintRow(1, version)], version)
        const mark = await session.fingerprints.commit()
        assert.equal(typeof mark, 'string')
        await session.crash(JSON.parse(JSON.stringify(mark)) as string)
        await session.expectVerdicts([fingerprintRow(1, version)], version, ['unchanged'])
      }
    }),
  ]
}
