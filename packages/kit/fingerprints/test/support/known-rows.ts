import type { Fingerprints } from '@deltaverse/core'
import { account, idOf } from '@deltaverse/testing'
import { expect } from 'vitest'

/** What a fingerprint store ought to know: number of the row → version and the epoch that saw it last. */
export type KnownRows = ReadonlyMap<number, { readonly version: number; readonly epoch: number }>

/** Fails unless the fingerprint store knows exactly these rows. Leaves changes behind that are not committed. */
export async function expectKnown(fingerprints: Fingerprints, rows: KnownRows, epoch: number): Promise<void> {
  expect(fingerprints.count()).toBe(rows.size)
  for (const asked of [epoch, epoch + 1]) {
    const stale = [...rows].filter(([, row]) => row.epoch < asked).map(([number]) => idOf(number))
    const found: string[] = []
    for await (const group of fingerprints.stale(asked)) found.push(...group)
    expect(found.sort()).toEqual(stale.sort())
  }
  const shown = [...rows].map(([number, { version }]) => fingerprintRow(number, version))
  const verdicts = await fingerprints.record(shown, epoch)
  expect(verdicts.filter((verdict) => verdict !== 'unchanged')).toEqual([])
}

export function fingerprintRow(
  number: number,
  version: number,
): { readonly id: string; readonly bytes: Uint8Array } {
  const { id, bytes } = account(number, {}, version)
  return { id, bytes }
}
