import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { fingerprintCase, fingerprintRow, fingerprintRows } from './fingerprint-session.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'

/** What a fingerprint store says of rows. */
export function fingerprintRowCases(harness: FingerprintsHarness): readonly ContractCase[] {
  return [
    fingerprintCase(harness, 'tells new, changed and unchanged rows apart', async ({ expectVerdicts }) => {
      await expectVerdicts([fingerprintRow(1), fingerprintRow(2)], 1, ['new', 'new'])
      await expectVerdicts([fingerprintRow(1), fingerprintRow(2, 2), fingerprintRow(3)], 1, [
        'unchanged',
        'changed',
        'new',
      ])
      await expectVerdicts([fingerprintRow(2, 2), fingerprintRow(2, 1), fingerprintRow(1)], 1, [
        'unchanged',
        'changed',
        'unchanged',
      ])
    }),

    fingerprintCase(
      harness,
      'compares with the row before, within one call too',
      async ({ expectVerdicts }) => {
        const rows = [
          fingerprintRow(1),
          fingerprintRow(1),
          fingerprintRow(1, 2),
          fingerprintRow(1, 2),
          fingerprintRow(1),
        ]
        await expectVerdicts(rows, 1, ['new', 'unchanged', 'changed', 'unchanged', 'changed'])
        await expectVerdicts([fingerprintRow(1)], 1, ['unchanged'])
      },
    ),

    fingerprintCase(
      harness,
      'looks at what the row is, not at the epoch',
      async ({ fingerprints, expectVerdicts }) => {
        await fingerprints.record(fingerprintRows(1, 2), 1)
        await fingerprints.commit()
        await expectVerdicts([fingerprintRow(1), fingerprintRow(2, 2)], 2, ['unchanged', 'changed'])
        await expectVerdicts([fingerprintRow(1), fingerprintRow(2, 2)], 7, ['unchanged', 'unchanged'])
      },
    ),

    fingerprintCase(harness, 'notices one byte', async ({ expectVerdicts }) => {
      const { id, bytes } = fingerprintRow(1)
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

    fingerprintCase(
      harness,
      'does not look at the bytes again after the call',
      async ({ fingerprints, expectVerdicts }) => {
        const bytes = Uint8Array.from(fingerprintRow(1).bytes)
        await fingerprints.record([{ id: idOf(1), bytes }], 1)
        bytes.fill(0)
        await fingerprints.commit()
        await expectVerdicts([fingerprintRow(1)], 1, ['unchanged'])
      },
    ),

    fingerprintCase(
      harness,
      'forgets rows and says whether it knew them',
      async ({ fingerprints, expectVerdicts }) => {
        await fingerprints.record(fingerprintRows(1, 3), 1)
        assert.deepEqual(await fingerprints.remove([idOf(2), idOf(9), idOf(2)]), [true, false, false])
        await fingerprints.commit()
        assert.deepEqual(await fingerprints.remove([idOf(3), idOf(2)]), [true, false])
        await expectVerdicts([fingerprintRow(1), fingerprintRow(2), fingerprintRow(3)], 1, [
          'unchanged',
          'new',
          'new',
        ])
      },
    ),

    fingerprintCase(harness, 'takes calls about nothing', async ({ fingerprints, expectVerdicts }) => {
      await expectVerdicts([], 1, [])
      assert.deepEqual(await fingerprints.remove([]), [])
      assert.equal(fingerprints.count(), 0)
    }),

    fingerprintCase(harness, 'counts the rows it knows', async (session) => {
      const counts = async (expected: number, call: Promise<unknown>) => {
        await call
        assert.equal(session.fingerprints.count(), expected)
      }
      await counts(3, session.fingerprints.record(fingerprintRows(1, 3), 1))
      await counts(
        4,
        session.fingerprints.record([fingerprintRow(3), fingerprintRow(4), fingerprintRow(4, 2)], 1),
      )
      await counts(3, session.fingerprints.remove([idOf(1), idOf(1), idOf(9)]))
      const mark = await session.fingerprints.commit()
      await counts(4, session.fingerprints.record([fingerprintRow(1)], 2))
      await counts(3, session.crash(mark))
      await counts(0, session.crash(undefined))
    }),

    fingerprintCase(harness, 'knows 20,000 rows', async (session) => {
      const rows = fingerprintRows(1, 20_000)
      const verdicts = await session.fingerprints.record(rows, 1)
      assert.ok(verdicts.length === 20_000 && verdicts.every((verdict) => verdict === 'new'))
      await session.crash(await session.fingerprints.commit())
      assert.equal(session.fingerprints.count(), 20_000)
      const again = await session.fingerprints.record(
        [...rows.slice(0, 19_990), ...fingerprintRows(19_991, 20_010, 2)],
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
