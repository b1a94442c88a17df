import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { idsOf, ledgerCase, ledgerRow, ledgerRows, staleIds } from './ledger-session.js'
import type { RowLedgerHarness } from './row-ledger-contract.js'

/** Which rows a full read did not bring. */
export function ledgerStaleCases(harness: RowLedgerHarness): readonly ContractCase[] {
  return [
    ledgerCase(harness, 'finds the rows that were last seen in an earlier generation', async ({ ledger }) => {
      await ledger.record(ledgerRows(1, 6), 1)
      assert.deepEqual(await staleIds(ledger, 1), [])
      assert.deepEqual(await staleIds(ledger, 2), idsOf(ledgerRows(1, 6)))
      await ledger.record([ledgerRow(1), ledgerRow(2, 2), ledgerRow(7)], 2)
      await ledger.remove([idOf(3)])
      assert.deepEqual(await staleIds(ledger, 2), idsOf(ledgerRows(4, 6)), 'before the commit')
      await ledger.commit()
      assert.deepEqual(await staleIds(ledger, 2), idsOf(ledgerRows(4, 6)), 'after the commit')
      assert.deepEqual(await staleIds(ledger, 1), [])
      assert.equal((await staleIds(ledger, 3)).length, 6)
    }),

    ledgerCase(harness, 'finds them over restarts in the middle of the read', async (session) => {
      await session.ledger.record(ledgerRows(1, 9), 1)
      await session.crash(await session.ledger.commit())
      for (const number of [1, 4, 7]) {
        await session.ledger.record([ledgerRow(number), ledgerRow(number + 1, 2)], 2)
        const mark = await session.ledger.commit()
        await session.ledger.record([ledgerRow(number + 2)], 2)
        await session.crash(mark)
      }
      assert.deepEqual(await staleIds(session.ledger, 2), [3, 6, 9].map(idOf).sort())
    }),

    ledgerCase(harness, 'finds what several reads did not bring', async ({ ledger }) => {
      await ledger.record(ledgerRows(1, 8), 1)
      await ledger.commit()
      await ledger.record(ledgerRows(1, 4), 2)
      await ledger.commit()
      await ledger.record([ledgerRow(1), ledgerRow(2, 2), ledgerRow(5)], 3)
      await ledger.commit()
      assert.deepEqual(await staleIds(ledger, 3), [3, 4, 6, 7, 8].map(idOf).sort())
      assert.deepEqual(await staleIds(ledger, 2), [6, 7, 8].map(idOf).sort())
    }),

    ledgerCase(harness, 'finds many, in groups, while they are removed and committed', async (session) => {
      const rows = ledgerRows(1, 20_000)
      await session.ledger.record(rows, 1)
      await session.ledger.commit()
      await session.ledger.record(rows.slice(0, 5_000), 2)
      await session.ledger.commit()
      const found: string[] = []
      for await (const group of session.ledger.stale(2)) {
        assert.ok(
          group.length < 15_000,
          `a group of ${group.length} ids: the size of groups has to be bounded`,
        )
        found.push(...group)
        assert.ok((await session.ledger.remove(group)).every(Boolean), 'an id is stale and not known')
        await session.ledger.commit()
      }
      assert.deepEqual(found.sort(), idsOf(rows.slice(5_000)))
      assert.equal(session.ledger.count(), 5_000)
      assert.deepEqual(await staleIds(session.ledger, 2), [])
      await session.crash(await session.ledger.commit())
      assert.deepEqual(await staleIds(session.ledger, 3), idsOf(rows.slice(0, 5_000)))
    }),

    ledgerCase(harness, 'finds the rest when it stopped in the middle of removing', async (session) => {
      await session.ledger.record(ledgerRows(1, 20_000), 1)
      await session.ledger.commit()
      await session.ledger.record(ledgerRows(1, 10), 2)
      let mark = await session.ledger.commit()
      let removed = 0
      for await (const group of session.ledger.stale(2)) {
        await session.ledger.remove(group)
        const next = await session.ledger.commit()
        if (removed > 0) break
        removed = group.length
        mark = next
      }
      await session.crash(mark)
      assert.equal((await staleIds(session.ledger, 2)).length, 19_990 - removed)
      assert.equal(session.ledger.count(), 20_000 - removed)
    }),

    ledgerCase(harness, 'lets a reader leave in the middle', async ({ ledger }) => {
      await ledger.record(ledgerRows(1, 5), 1)
      for await (const group of ledger.stale(2)) {
        assert.ok(group.length > 0, 'an empty group')
        break
      }
      await ledger.record([ledgerRow(6)], 2)
      await ledger.commit()
      assert.deepEqual(await staleIds(ledger, 2), idsOf(ledgerRows(1, 5)))
    }),
  ]
}
