import type { RowLedger } from '@deltaverse/core'
import { account, idOf } from '@deltaverse/testing'
import { expect } from 'vitest'

/** What a ledger ought to know: number of the row → version and the generation that saw it last. */
export type KnownRows = ReadonlyMap<number, { readonly version: number; readonly generation: number }>

/** Fails unless the ledger knows exactly these rows. Leaves changes behind that are not committed. */
export async function expectKnown(ledger: RowLedger, rows: KnownRows, generation: number): Promise<void> {
  expect(ledger.count()).toBe(rows.size)
  for (const asked of [generation, generation + 1]) {
    const stale = [...rows].filter(([, row]) => row.generation < asked).map(([number]) => idOf(number))
    const found: string[] = []
    for await (const group of ledger.stale(asked)) found.push(...group)
    expect(found.sort()).toEqual(stale.sort())
  }
  const shown = [...rows].map(([number, { version }]) => ledgerRow(number, version))
  const verdicts = await ledger.record(shown, generation)
  expect(verdicts.filter((verdict) => verdict !== 'unchanged')).toEqual([])
}

export function ledgerRow(
  number: number,
  version: number,
): { readonly id: string; readonly bytes: Uint8Array } {
  const { id, bytes } = account(number, {}, version)
  return { id, bytes }
}
