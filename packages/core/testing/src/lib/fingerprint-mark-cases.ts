import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { fingerprintCase, fingerprintRow, fingerprintRows, idsOf, staleIds } from './fingerprint-session.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'

/** What a fingerprint store knows when it is opened again. */
export function fingerprintMarkCases(harness: FingerprintsHarness): readonly ContractCase[] {
  return [
    fingerprintCase(harness, 'knows what was committed', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 3), 1)
      await session.fingerprints.remove([idOf(3)])
      await session.crash(await session.fingerprints.commit())
      await session.expectVerdicts(fingerprintRows(1, 3), 2, ['unchanged', 'unchanged', 'new'])
    }),

    fingerprintCase(harness, 'takes commits of nothing, the very first one too', async (session) => {
      await session.crash(await session.fingerprints.commit())
      await session.fingerprints.record([fingerprintRow(1)], 1)
      await session.fingerprints.commit()
      await session.crash(await session.fingerprints.commit())
      await session.expectVerdicts([fingerprintRow(1)], 1, ['unchanged'])
    }),

    ...(['close', 'crash'] as const).map((how) =>
      fingerprintCase(harness, `does not know what was not committed behind a ${how}`, async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        const mark = await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(1, 2), fingerprintRow(2), fingerprintRow(4)], 2)
        await session.fingerprints.remove([idOf(3)])
        assert.equal(await session.replace(how, mark), true)
        await expectThree(session)
      }),
    ),

    fingerprintCase(
      harness,
      'does not know what lies behind the mark, though it was committed',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        const mark = await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(1, 2), fingerprintRow(2), fingerprintRow(4)], 2)
        await session.fingerprints.remove([idOf(3)])
        await session.fingerprints.commit()
        await session.crash(mark)
        await expectThree(session)
      },
    ),

    fingerprintCase(harness, 'goes back over several commits', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 3), 1)
      const mark = await session.fingerprints.commit()
      for (let version = 2; version <= 4; version++) {
        await session.fingerprints.record(fingerprintRows(1, 5, version), version)
        await session.fingerprints.remove([idOf(version)])
        await session.fingerprints.commit()
      }
      await session.crash(mark)
      await expectThree(session)
    }),

    fingerprintCase(
      harness,
      'is where it was after several attempts in a row that came to nothing',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        const mark = await session.fingerprints.commit()
        for (let attempt = 2; attempt <= 6; attempt++) {
          await session.fingerprints.record(
            [fingerprintRow(1, attempt), fingerprintRow(attempt + 2, attempt)],
            2,
          )
          if (attempt % 2 === 0) await session.fingerprints.remove([idOf(2), idOf(1)])
          await session.fingerprints.commit()
          await session.fingerprints.record([fingerprintRow(2, attempt), fingerprintRow(3)], 2)
          if (attempt % 3 === 0) await session.fingerprints.commit()
          await session.crash(mark)
        }
        await expectThree(session)
      },
    ),

    fingerprintCase(harness, 'knows a row again whose removal lies behind the mark', async (session) => {
      await session.fingerprints.record([fingerprintRow(1)], 1)
      const mark = await session.fingerprints.commit()
      await session.fingerprints.remove([idOf(1)])
      await session.fingerprints.commit()
      await session.crash(mark)
      assert.equal(session.fingerprints.count(), 1)
      await session.expectVerdicts([fingerprintRow(1)], 1, ['unchanged'])
      assert.deepEqual(await session.fingerprints.remove([idOf(1)]), [true])
    }),

    fingerprintCase(
      harness,
      'knows a row as it was that was removed and came back behind the mark',
      async (session) => {
        await session.fingerprints.record([fingerprintRow(1)], 1)
        const mark = await session.fingerprints.commit()
        await session.fingerprints.remove([idOf(1)])
        await session.fingerprints.record([fingerprintRow(1, 2)], 2)
        await session.fingerprints.remove([idOf(1)])
        await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(1, 3)], 3)
        await session.fingerprints.commit()
        await session.crash(mark)
        assert.deepEqual(await staleIds(session.fingerprints, 2), [idOf(1)])
        await session.expectVerdicts([fingerprintRow(1)], 2, ['unchanged'])
      },
    ),

    fingerprintCase(
      harness,
      'does not know a row that was removed, and came back behind the mark',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 2), 1)
        await session.fingerprints.remove([idOf(1)])
        const mark = await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(1)], 2)
        await session.fingerprints.commit()
        await session.crash(mark)
        assert.equal(session.fingerprints.count(), 1)
        assert.deepEqual(await staleIds(session.fingerprints, 9), [idOf(2)])
        await session.expectVerdicts([fingerprintRow(1)], 2, ['new'])
      },
    ),

    fingerprintCase(
      harness,
      'knows what was committed after an attempt that came to nothing',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        const mark = await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(1, 2), fingerprintRow(4)], 2)
        await session.fingerprints.commit()
        await session.crash(mark)
        await session.fingerprints.record([fingerprintRow(1, 3), fingerprintRow(5)], 2)
        await session.crash(await session.fingerprints.commit())
        await session.expectVerdicts([fingerprintRow(1, 3), fingerprintRow(5), fingerprintRow(4)], 2, [
          'unchanged',
          'unchanged',
          'new',
        ])
      },
    ),

    fingerprintCase(harness, 'is empty at a mark that it does not know', async (session) => {
      for (const mark of ['', 'unknown', '0', '17', '-1', '{}', 'x'.repeat(1_000)]) {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        await session.fingerprints.commit()
        await expectEmpty(session, mark)
      }
      await session.fingerprints.record([fingerprintRow(2)], 1)
      await session.crash(await session.fingerprints.commit())
      assert.equal(session.fingerprints.count(), 2, 'after a new beginning')
    }),

    fingerprintCase(harness, 'does not know the mark of an attempt that came to nothing', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 3), 1)
      const mark = await session.fingerprints.commit()
      await session.fingerprints.record([fingerprintRow(4)], 2)
      const aborted = await session.fingerprints.commit()
      await session.crash(mark)
      await session.fingerprints.record([fingerprintRow(5)], 2)
      assert.notEqual(await session.fingerprints.commit(), aborted, 'a mark came twice')
      await expectEmpty(session, aborted)
    }),

    fingerprintCase(harness, 'does not know marks from before it was emptied', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 3), 1)
      const old = await session.fingerprints.commit()
      await session.crash(undefined)
      assert.equal(session.fingerprints.count(), 0)
      await session.fingerprints.record([fingerprintRow(4)], 1)
      assert.notEqual(await session.fingerprints.commit(), old, 'a mark came twice')
      await expectEmpty(session, old)
    }),

    fingerprintCase(
      harness,
      'at a mark of long ago either knows exactly what it knew then, or nothing',
      async (session) => {
        await session.fingerprints.record(fingerprintRows(1, 3), 1)
        const mark = await session.fingerprints.commit()
        for (let version = 2; version <= 100; version++) {
          await session.fingerprints.record(fingerprintRows(1, 4, version), version)
          await session.fingerprints.commit()
        }
        if (await session.replace('crash', mark)) await expectThree(session)
        else assert.equal(session.fingerprints.count(), 0)
      },
    ),
  ]
}

type Session = Parameters<Parameters<typeof fingerprintCase>[2]>[0]

/** Rows 1 to 3 in version 1, seen in epoch 1, and nothing else. */
async function expectThree({ fingerprints, expectVerdicts }: Session): Promise<void> {
  assert.equal(fingerprints.count(), 3)
  assert.deepEqual(await staleIds(fingerprints, 2), idsOf(fingerprintRows(1, 3)), 'rows last seen in epoch 1')
  await expectVerdicts(fingerprintRows(1, 5), 2, ['unchanged', 'unchanged', 'unchanged', 'new', 'new'])
}

async function expectEmpty(session: Session, mark: string): Promise<void> {
  const known = await session.replace('crash', mark)
  assert.equal(known, false, `open has to give false for the mark "${mark}", which it cannot know`)
  assert.equal(session.fingerprints.count(), 0)
  assert.deepEqual(await staleIds(session.fingerprints, 99), [])
  await session.expectVerdicts([fingerprintRow(1)], 1, ['new'])
}
