import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { idsOf, ledgerCase, ledgerRow, ledgerRows, staleIds } from './ledger-session.js'
import type { RowLedgerHarness } from './row-ledger-contract.js'

/** What a ledger knows when it is opened again. */
export function ledgerMarkCases(harness: RowLedgerHarness): readonly ContractCase[] {
  return [
    ledgerCase(harness, 'knows what was committed', async (session) => {
      await session.ledger.record(ledgerRows(1, 3), 1)
      await session.ledger.remove([idOf(3)])
      await session.crash(await session.ledger.commit())
      await session.expectVerdicts(ledgerRows(1, 3), 2, ['unchanged', 'unchanged', 'new'])
    }),

    ledgerCase(harness, 'takes commits of nothing, the very first one too', async (session) => {
      await session.crash(await session.ledger.commit())
      await session.ledger.record([ledgerRow(1)], 1)
      await session.ledger.commit()
      await session.crash(await session.ledger.commit())
      await session.expectVerdicts([ledgerRow(1)], 1, ['unchanged'])
    }),

    ...(['close', 'crash'] as const).map((how) =>
      ledgerCase(harness, `does not know what was not committed behind a ${how}`, async (session) => {
        await session.ledger.record(ledgerRows(1, 3), 1)
        const mark = await session.ledger.commit()
        await session.ledger.record([ledgerRow(1, 2), ledgerRow(2), ledgerRow(4)], 2)
        await session.ledger.remove([idOf(3)])
        assert.equal(await session.replace(how, mark), true)
        await expectThree(session)
      }),
    ),

    ledgerCase(
      harness,
      'does not know what lies behind the mark, though it was committed',
      async (session) => {
        await session.ledger.record(ledgerRows(1, 3), 1)
        const mark = await session.ledger.commit()
        await session.ledger.record([ledgerRow(1, 2), ledgerRow(2), ledgerRow(4)], 2)
        await session.ledger.remove([idOf(3)])
        await session.ledger.commit()
        await session.crash(mark)
        await expectThree(session)
      },
    ),

    ledgerCase(harness, 'goes back over several commits', async (session) => {
      await session.ledger.record(ledgerRows(1, 3), 1)
      const mark = await session.ledger.commit()
      for (let version = 2; version <= 4; version++) {
        await session.ledger.record(ledgerRows(1, 5, version), version)
        await session.ledger.remove([idOf(version)])
        await session.ledger.commit()
      }
      await session.crash(mark)
      await expectThree(session)
    }),

    ledgerCase(
      harness,
      'is where it was after several attempts in a row that came to nothing',
      async (session) => {
        await session.ledger.record(ledgerRows(1, 3), 1)
        const mark = await session.ledger.commit()
        for (let attempt = 2; attempt <= 6; attempt++) {
          await session.ledger.record([ledgerRow(1, attempt), ledgerRow(attempt + 2, attempt)], 2)
          if (attempt % 2 === 0) await session.ledger.remove([idOf(2), idOf(1)])
          await session.ledger.commit()
          await session.ledger.record([ledgerRow(2, attempt), ledgerRow(3)], 2)
          if (attempt % 3 === 0) await session.ledger.commit()
          await session.crash(mark)
        }
        await expectThree(session)
      },
    ),

    ledgerCase(harness, 'knows a row again whose removal lies behind the mark', async (session) => {
      await session.ledger.record([ledgerRow(1)], 1)
      const mark = await session.ledger.commit()
      await session.ledger.remove([idOf(1)])
      await session.ledger.commit()
      await session.crash(mark)
      assert.equal(session.ledger.count(), 1)
      await session.expectVerdicts([ledgerRow(1)], 1, ['unchanged'])
      assert.deepEqual(await session.ledger.remove([idOf(1)]), [true])
    }),

    ledgerCase(
      harness,
      'knows a row as it was that was removed and came back behind the mark',
      async (session) => {
        await session.ledger.record([ledgerRow(1)], 1)
        const mark = await session.ledger.commit()
        await session.ledger.remove([idOf(1)])
        await session.ledger.record([ledgerRow(1, 2)], 2)
        await session.ledger.remove([idOf(1)])
        await session.ledger.commit()
        await session.ledger.record([ledgerRow(1, 3)], 3)
        await session.ledger.commit()
        await session.crash(mark)
        assert.deepEqual(await staleIds(session.ledger, 2), [idOf(1)])
        await session.expectVerdicts([ledgerRow(1)], 2, ['unchanged'])
      },
    ),

    ledgerCase(
      harness,
      'does not know a row that was removed, and came back behind the mark',
      async (session) => {
        await session.ledger.record(ledgerRows(1, 2), 1)
        await session.ledger.remove([idOf(1)])
        const mark = await session.ledger.commit()
        await session.ledger.record([ledgerRow(1)], 2)
        await session.ledger.commit()
        await session.crash(mark)
        assert.equal(session.ledger.count(), 1)
        assert.deepEqual(await staleIds(session.ledger, 9), [idOf(2)])
        await session.expectVerdicts([ledgerRow(1)], 2, ['new'])
      },
    ),

    ledgerCase(harness, 'knows what was committed after an attempt that came to nothing', async (session) => {
      await session.ledger.record(ledgerRows(1, 3), 1)
      const mark = await session.ledger.commit()
      await session.ledger.record([ledgerRow(1, 2), ledgerRow(4)], 2)
      await session.ledger.commit()
      await session.crash(mark)
      await session.ledger.record([ledgerRow(1, 3), ledgerRow(5)], 2)
      await session.crash(await session.ledger.commit())
      await session.expectVerdicts([ledgerRow(1, 3), ledgerRow(5), ledgerRow(4)], 2, [
        'unchanged',
        'unchanged',
        'new',
      ])
    }),

    ledgerCase(harness, 'is empty at a mark that it does not know', async (session) => {
      for (const mark of ['', 'unknown', '0', '17', '-1', '{}', 'x'.repeat(1_000)]) {
        await session.ledger.record(ledgerRows(1, 3), 1)
        await session.ledger.commit()
        await expectEmpty(session, mark)
      }
      await session.ledger.record([ledgerRow(2)], 1)
      await session.crash(await session.ledger.commit())
      assert.equal(session.ledger.count(), 2, 'after a new beginning')
    }),

    ledgerCase(harness, 'does not know the mark of an attempt that came to nothing', async (session) => {
      await session.ledger.record(ledgerRows(1, 3), 1)
      const mark = await session.ledger.commit()
      await session.ledger.record([ledgerRow(4)], 2)
      const aborted = await session.ledger.commit()
      await session.crash(mark)
      await session.ledger.record([ledgerRow(5)], 2)
      assert.notEqual(await session.ledger.commit(), aborted, 'a mark came twice')
      await expectEmpty(session, aborted)
    }),

    ledgerCase(harness, 'does not know marks from before it was emptied', async (session) => {
      await session.ledger.record(ledgerRows(1, 3), 1)
      const old = await session.ledger.commit()
      await session.crash(undefined)
      assert.equal(session.ledger.count(), 0)
      await session.ledger.record([ledgerRow(4)], 1)
      assert.notEqual(await session.ledger.commit(), old, 'a mark came twice')
      await expectEmpty(session, old)
    }),

    ledgerCase(
      harness,
      'at a mark of long ago either knows exactly what it knew then, or nothing',
      async (session) => {
        await session.ledger.record(ledgerRows(1, 3), 1)
        const mark = await session.ledger.commit()
        for (let version = 2; version <= 100; version++) {
          await session.ledger.record(ledgerRows(1, 4, version), version)
          await session.ledger.commit()
        }
        if (await session.replace('crash', mark)) await expectThree(session)
        else assert.equal(session.ledger.count(), 0)
      },
    ),
  ]
}

type Session = Parameters<Parameters<typeof ledgerCase>[2]>[0]

/** Rows 1 to 3 in version 1, seen in generation 1, and nothing else. */
async function expectThree({ ledger, expectVerdicts }: Session): Promise<void> {
  assert.equal(ledger.count(), 3)
  assert.deepEqual(await staleIds(ledger, 2), idsOf(ledgerRows(1, 3)), 'rows last seen in generation 1')
  await expectVerdicts(ledgerRows(1, 5), 2, ['unchanged', 'unchanged', 'unchanged', 'new', 'new'])
}

async function expectEmpty(session: Session, mark: string): Promise<void> {
  const known = await session.replace('crash', mark)
  assert.equal(known, false, `open has to give false for the mark "${mark}", which it cannot know`)
  assert.equal(session.ledger.count(), 0)
  assert.deepEqual(await staleIds(session.ledger, 99), [])
  await session.expectVerdicts([ledgerRow(1)], 1, ['new'])
}
