import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { idsOf, ledgerCase, ledgerRow, ledgerRows, staleIds } from './ledger-session.js'
import type { RowLedgerHarness } from './row-ledger-contract.js'
import { assertAborts } from './sink-session.js'

/** How a ledger behaves when it is called, whatever the rows. */
export function ledgerCallCases(harness: RowLedgerHarness): readonly ContractCase[] {
  return [
    ledgerCase(
      harness,
      'rejects with the reason of a signal that is aborted, and can be opened again',
      async (session) => {
        await session.ledger.record(ledgerRows(1, 2), 1)
        const mark = await session.ledger.commit()
        const { ledger } = session
        await assertAborts((call) => ledger.record([ledgerRow(3)], 2, call), 'record')
        await assertAborts((call) => ledger.remove([idOf(1)], call), 'remove')
        await assertAborts(async (call) => {
          for await (const _ of ledger.stale(9, call));
        }, 'stale')
        await ledger.record([ledgerRow(4)], 2)
        await assertAborts((call) => ledger.commit(call), 'commit')
        await session.crash(mark)
        assert.equal(session.ledger.count(), 2)
        await session.ledger.close()
        const reopened = await harness.reopen()
        await assertAborts((call) => reopened.open(mark, call), 'open')
        await reopened.close()
        await session.crash(mark)
        assert.deepEqual(await staleIds(session.ledger, 2), idsOf(ledgerRows(1, 2)))
      },
    ),

    ledgerCase(harness, 'can be closed twice, and before it is opened', async (session) => {
      await session.ledger.record([ledgerRow(1)], 1)
      const mark = await session.ledger.commit()
      await session.ledger.close()
      await session.ledger.close()
      const unopened = await harness.reopen()
      await unopened.close()
      assert.equal(await session.replace('close', mark), true)
      await session.expectVerdicts([ledgerRow(1)], 1, ['unchanged'])
    }),

    ledgerCase(harness, 'refuses calls once it is closed', async (session) => {
      const { ledger } = session
      await ledger.record([ledgerRow(1)], 1)
      const mark = await ledger.commit()
      await ledger.close()
      await assert.rejects(
        async () => await ledger.record([ledgerRow(2)], 1),
        'record after close was not refused',
      )
      await assert.rejects(async () => await ledger.remove([idOf(1)]), 'remove after close was not refused')
      await assert.rejects(async () => await ledger.commit(), 'commit after close was not refused')
      await assert.rejects(async () => await staleIds(ledger, 2), 'stale after close was not refused')
      await session.crash(mark)
      assert.deepEqual(await staleIds(session.ledger, 2), [idOf(1)])
    }),

    ledgerCase(harness, 'gives marks that survive JSON', async (session) => {
      for (let version = 1; version <= 3; version++) {
        await session.ledger.record([ledgerRow(1, version)], version)
        const mark = await session.ledger.commit()
        assert.equal(typeof mark, 'string')
        await session.crash(JSON.parse(JSON.stringify(mark)) as string)
        await session.expectVerdicts([ledgerRow(1, version)], version, ['unchanged'])
      }
    }),
  ]
}
