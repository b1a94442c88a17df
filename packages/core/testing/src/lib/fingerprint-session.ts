import assert from 'node:assert/strict'
import type { FingerprintRow, Fingerprints, FingerprintVerdict } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account } from './events.js'
import type { FingerprintsHarness } from './fingerprints-harness.js'

/** A fingerprint store in the course of one case. */
export interface FingerprintSession {
  /** The fingerprint store of the moment. */
  readonly fingerprints: Fingerprints
  /** The process ends or dies, and a new one opens at a mark. @returns what `open` gave */
  replace(how: 'close' | 'crash', mark: string | undefined): Promise<boolean>
  /** As `replace` with `crash`; fails unless the mark is known. */
  crash(mark: string | undefined): Promise<void>
  /** Records rows; fails unless the verdicts are these. */
  expectVerdicts(
    rows: readonly FingerprintRow[],
    epoch: number,
    verdicts: readonly FingerprintVerdict[],
  ): Promise<void>
}

/** A case that begins with a fingerprint store opened over nothing. */
export function fingerprintCase(
  harness: FingerprintsHarness,
  name: string,
  body: (session: FingerprintSession) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      let fingerprints = await harness.create()
      const session: FingerprintSession = {
        get fingerprints() {
          return fingerprints
        },
        async replace(how, mark) {
          if (how === 'crash' && harness.crash !== undefined) await harness.crash(fingerprints)
          else await fingerprints.close()
          fingerprints = await harness.reopen()
          return await fingerprints.open(mark)
        },
        async crash(mark) {
          assert.equal(await session.replace('crash', mark), true, `the mark ${mark} is not known`)
        },
        async expectVerdicts(rows, epoch, verdicts) {
          assert.deepEqual(await fingerprints.record(rows, epoch), verdicts)
        },
      }
      try {
        assert.equal(await fingerprints.open(undefined), true, 'open(undefined) has to give true')
        await body(session)
      } finally {
        await fingerprints.close()
        await harness.dispose?.()
      }
    },
  }
}

/** The nth row in a version. */
export function fingerprintRow(number: number, version: number = 1): FingerprintRow {
  const { id, bytes } = account(number, {}, version)
  return { id, bytes }
}

/** Rows from one number to another, both included. */
export function fingerprintRows(first: number, last: number, version: number = 1): readonly FingerprintRow[] {
  return Array.from({ length: last - first + 1 }, (_, at) => fingerprintRow(first + at, version))
}

/** All stale ids, sorted; fails when one comes twice. */
export async function staleIds(fingerprints: Fingerprints, epoch: number): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const group of fingerprints.stale(epoch)) ids.push(...group)
  assert.equal(new Set(ids).size, ids.length, 'an id is stale twice')
  return ids.sort()
}

/** Sorted ids of rows. */
export function idsOf(rows: readonly FingerprintRow[]): readonly string[] {
  return rows.map(({ id }) => id).sort()
}
