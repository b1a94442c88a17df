import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { idOf } from './events.js'
import { fingerprintCase, fingerprintRow, fingerprintRows, idsOf, staleIds } from './fingerprint-session.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'

/** Which rows a full read did not bring. */
export function fingerprintStaleCases(harness: FingerprintsHarness): readonly ContractCase[] {
  return [
    fingerprintCase(
      harness,
      'finds the rows that were last seen in an earlier epoch',
      async ({ fingerprints }) => {
        await fingerprints.record(fingerprintRows(1, 6), 1)
        assert.deepEqual(await staleIds(fingerprints, 1), [])
        assert.deepEqual(await staleIds(fingerprints, 2), idsOf(fingerprintRows(1, 6)))
        await fingerprints.record([fingerprintRow(1), fingerprintRow(2, 2), fingerprintRow(7)], 2)
        await fingerprints.remove([idOf(3)])
        assert.deepEqual(await staleIds(fingerprints, 2), idsOf(fingerprintRows(4, 6)), 'before the commit')
        await fingerprints.commit()
        assert.deepEqual(await staleIds(fingerprints, 2), idsOf(fingerprintRows(4, 6)), 'after the commit')
        assert.deepEqual(await staleIds(fingerprints, 1), [])
        assert.equal((await staleIds(fingerprints, 3)).length, 6)
      },
    ),

    fingerprintCase(harness, 'finds them over restarts in the middle of the read', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 9), 1)
      await session.crash(await session.fingerprints.commit())
      for (const number of [1, 4, 7]) {
        await session.fingerprints.record([fingerprintRow(number), fingerprintRow(number + 1, 2)], 2)
        const mark = await session.fingerprints.commit()
        await session.fingerprints.record([fingerprintRow(number + 2)], 2)
        await session.crash(mark)
      }
      assert.deepEqual(await staleIds(session.fingerprints, 2), [3, 6, 9].map(idOf).sort())
    }),

    fingerprintCase(harness, 'finds what several reads did not bring', async ({ fingerprints }) => {
      await fingerprints.record(fingerprintRows(1, 8), 1)
      await fingerprints.commit()
      await fingerprints.record(fingerprintRows(1, 4), 2)
      await fingerprints.commit()
      await fingerprints.record([fingerprintRow(1), fingerprintRow(2, 2), fingerprintRow(5)], 3)
      await fingerprints.commit()
      assert.deepEqual(await staleIds(fingerprints, 3), [3, 4, 6, 7, 8].map(idOf).sort())
      assert.deepEqual(await staleIds(fingerprints, 2), [6, 7, 8].map(idOf).sort())
    }),

    fingerprintCase(
      harness,
      'finds many, in groups, while they are removed and committed',
      async (session) => {
        const rows = fingerprintRows(1, 20_000)
        await session.fingerprints.record(rows, 1)
        await session.fingerprints.commit()
        await session.fingerprints.record(rows.slice(0, 5_000), 2)
        await session.fingerprints.commit()
        const found: string[] = []
        for await (const group of session.fingerprints.stale(2)) {
          assert.ok(
            group.length < 15_000,
            `a group of ${group.length} ids: the size of groups has to be bounded`,
          )
          found.push(...group)
          assert.ok((await session.fingerprints.remove(group)).every(Boolean), 'an id is stale and not known')
          await session.fingerprints.commit()
        }
        assert.deepEqual(found.sort(), idsOf(rows.slice(5_000)))
        assert.equal(session.fingerprints.count(), 5_000)
        assert.deepEqual(await staleIds(session.fingerprints, 2), [])
        await session.crash(await session.fingerprints.commit())
        assert.deepEqual(await staleIds(session.fingerprints, 3), idsOf(rows.slice(0, 5_000)))
      },
    ),

    fingerprintCase(harness, 'finds the rest when it stopped in the middle of removing', async (session) => {
      await session.fingerprints.record(fingerprintRows(1, 20_000), 1)
      await session.fingerprints.commit()
      await session.fingerprints.record(fingerprintRows(1, 10), 2)
      let mark = await session.fingerprints.commit()
      let removed = 0
      for await (const group of session.fingerprints.stale(2)) {
        await session.fingerprints.remove(group)
        const next = await session.fingerprints.commit()
        if (removed > 0) break
        removed = group.length
        mark = next
      }
      await session.crash(mark)
      assert.equal((await staleIds(session.fingerprints, 2)).length, 19_990 - removed)
      assert.equal(session.fingerprints.count(), 20_000 - removed)
    }),

    fingerprintCase(harness, 'lets a reader leave in the middle', async ({ fingerprints }) => {
      await fingerprints.record(fingerprintRows(1, 5), 1)
      for await (const group of fingerprints.stale(2)) {
        assert.ok(group.length > 0, 'an empty group')
        break
      }
      await fingerprints.record([fingerprintRow(6)], 2)
      await fingerprints.commit()
      assert.deepEqual(await staleIds(fingerprints, 2), idsOf(fingerprintRows(1, 5)))
    }),
  ]
}
