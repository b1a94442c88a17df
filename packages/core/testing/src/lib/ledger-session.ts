import assert from 'node:assert/strict'
import type { LedgerRow, LedgerVerdict, RowLedger } from '@deltaverse/core'
import type { ContractCase } from './contract-case.js'
import { account } from './events.js'
import type { RowLedgerHarness } from './row-ledger-contract.js'

/** A ledger in the course of one case. */
export interface LedgerSession {
  /** The ledger of the moment. */
  readonly ledger: RowLedger
  /** The process ends or dies, and a new one opens at a mark. @returns what `open` gave */
  replace(how: 'close' | 'crash', mark: string | undefined): Promise<boolean>
  /** As `replace` with `crash`; fails unless the mark is known. */
  crash(mark: string | undefined): Promise<void>
  /** Records rows; fails unless the verdicts are these. */
  expectVerdicts(
    rows: readonly LedgerRow[],
    generation: number,
    verdicts: readonly LedgerVerdict[],
  ): Promise<void>
}

/** A case that begins with a ledger opened over nothing. */
export function ledgerCase(
  harness: RowLedgerHarness,
  name: string,
  body: (session: LedgerSession) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      let ledger = await harness.create()
      const session: LedgerSession = {
        get ledger() {
          return ledger
        },
        async replace(how, mark) {
          if (how === 'crash' && harness.crash !== undefined) await harness.crash(ledger)
          else await ledger.close()
          ledger = await harness.reopen()
          return await ledger.open(mark)
        },
        async crash(mark) {
          assert.equal(await session.replace('crash', mark), true, `the mark ${mark} is not known`)
        },
        async expectVerdicts(rows, generation, verdicts) {
          assert.deepEqual(await ledger.record(rows, generation), verdicts)
        },
      }
      try {
        assert.equal(await ledger.open(undefined), true, 'open(undefined) has to give true')
        await body(session)
      } finally {
        await ledger.close()
        await harness.dispose?.()
      }
    },
  }
}

/** The nth row in a version. */
export function ledgerRow(number: number, version: number = 1): LedgerRow {
  const { id, bytes } = account(number, {}, version)
  return { id, bytes }
}

/** Rows from one number to another, both included. */
export function ledgerRows(first: number, last: number, version: number = 1): readonly LedgerRow[] {
  return Array.from({ length: last - first + 1 }, (_, at) => ledgerRow(first + at, version))
}

/** All stale ids, sorted; fails when one comes twice. */
export async function staleIds(ledger: RowLedger, generation: number): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const group of ledger.stale(generation)) ids.push(...group)
  assert.equal(new Set(ids).size, ids.length, 'an id is stale twice')
  return ids.sort()
}

/** Sorted ids of rows. */
export function idsOf(rows: readonly LedgerRow[]): readonly string[] {
  return rows.map(({ id }) => id).sort()
}
