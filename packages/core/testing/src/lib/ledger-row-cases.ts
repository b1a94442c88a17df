import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { ledgerCase, ledgerRow, ledgerRows } from './ledger-session.js'
import type { RowLedgerHarness } from './row-ledger-contract.js'

/** What a ledger says of rows. */
export function ledgerRowCases(harness: RowLedgerHarness): readonly ContractCase[] {
  return [
    ledgerCase(harness, 'tells new, changed and unchanged rows apart', async ({ expectVerdicts }) => {
      await expectVerdicts([ledgerRow(1), ledgerRow(2)], 1, ['new', 'new'])
      await expectVerdicts([ledgerRow(1), ledgerRow(2, 2), ledgerRow(3)], 1, ['unchanged', 'changed', 'new'])
      await expectVerdicts([ledgerRow(2, 2), ledgerRow(2, 1), ledgerRow(1)], 1, [
        'unchanged',
        'changed',
        'unchanged',
      ])
    }),

    ledgerCase(harness, 'compares with the row before, within one call too', async ({ expectVerdicts }) => {
      const rows = [ledgerRow(1), ledgerRow(1), ledgerRow(1, 2), ledgerRow(1, 2), ledgerRow(1)]
      await expectVerdicts(rows, 1, ['new', 'unchanged', 'changed', 'unchanged', 'changed'])
      await expectVerdicts([ledgerRow(1)], 1, ['unchanged'])
    }),

    ledgerCase(
      harness,
      'looks at what the row is, not at the generation',
      async ({ ledger, expectVerdicts }) => {
        await ledger.record(ledgerRows(1, 2), 1)
        await ledger.commit()
        await expectVerdicts([ledgerRow(1), ledgerRow(2, 2)], 2, ['unchanged', 'changed'])
        await expectVerdicts([ledgerRow(1), ledgerRow(2, 2)], 7, ['unchanged', 'unchanged'])
      },
    ),

    ledgerCase(harness, 'notices one byte', async ({ expectVerdicts }) => {
      const { id, bytes } = ledgerRow(1)
      await expectVerdicts([{ id, bytes }], 1, ['new'])
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const other = Uint8Array.from(bytes)
        other[at] = (other[at] ?? 0) ^ 1
        await expectVerdicts([{ id, bytes: other }], 1, ['changed'])
        await expectVerdicts([{ id, bytes }], 1, ['changed'])
      }
      await expectVerdicts([{ id, bytes: bytes.subarray(0, -1) }], 1, ['changed'])
      await expectVerdicts([{ id, bytes: new Uint8Array() }], 1, ['changed'])
    }),

    ledgerCase(
      harness,
      'does not look at the bytes again after the call',
      async ({ ledger, expectVerdicts }) => {
        const bytes = Uint8Array.from(ledgerRow(1).bytes)
        await ledger.record([{ id: idOf(1), bytes }], 1)
        bytes.fill(0)
        await ledger.commit()
        await expectVerdicts([ledgerRow(1)], 1, ['unchanged'])
      },
    ),

    ledgerCase(harness, 'forgets rows and says whether it knew them', async ({ ledger, expectVerdicts }) => {
      await ledger.record(ledgerRows(1, 3), 1)
      assert.deepEqual(await ledger.remove([idOf(2), idOf(9), idOf(2)]), [true, false, false])
      await ledger.commit()
      assert.deepEqual(await ledger.remove([idOf(3), idOf(2)]), [true, false])
      await expectVerdicts([ledgerRow(1), ledgerRow(2), ledgerRow(3)], 1, ['unchanged', 'new', 'new'])
    }),

    ledgerCase(harness, 'takes calls about nothing', async ({ ledger, expectVerdicts }) => {
      await expectVerdicts([], 1, [])
      assert.deepEqual(await ledger.remove([]), [])
      assert.equal(ledger.count(), 0)
    }),

    ledgerCase(harness, 'counts the rows it knows', async (session) => {
      const counts = async (expected: number, call: Promise<unknown>) => {
        await call
        assert.equal(session.ledger.count(), expected)
      }
      await counts(3, session.ledger.record(ledgerRows(1, 3), 1))
      await counts(4, session.ledger.record([ledgerRow(3), ledgerRow(4), ledgerRow(4, 2)], 1))
      await counts(3, session.ledger.remove([idOf(1), idOf(1), idOf(9)]))
      const mark = await session.ledger.commit()
      await counts(4, session.ledger.record([ledgerRow(1)], 2))
      await counts(3, session.crash(mark))
      await counts(0, session.crash(undefined))
    }),

    ledgerCase(harness, 'knows 20,000 rows', async (session) => {
      const rows = ledgerRows(1, 20_000)
      const verdicts = await session.ledger.record(rows, 1)
      assert.ok(verdicts.length === 20_000 && verdicts.every((verdict) => verdict === 'new'))
      await session.crash(await session.ledger.commit())
      assert.equal(session.ledger.count(), 20_000)
      const again = await session.ledger.record(
        [...rows.slice(0, 19_990), ...ledgerRows(19_991, 20_010, 2)],
        2,
      )
      const expected = [
        ...Array(19_990).fill('unchanged'),
        ...Array(10).fill('changed'),
        ...Array(10).fill('new'),
      ]
      assert.deepEqual(again, expected)
    }),
  ]
}
