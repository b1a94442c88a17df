import { hash } from 'node:crypto'

/** 22 characters of base64 hold the first 132 bits of a hash. */
const hashLength = 22

/**
 * What is kept of a row, as text: the beginning of the SHA-256 of the row as sent, and the epoch that saw it last. Another
 * hash is another format of the store (`header.ts`).
 */
export function entryOf(bytes: Uint8Array, epoch: number): string {
  return hash('sha256', bytes, 'base64url').slice(0, hashLength) + epoch.toString(36)
}

/** Whether two entries are of the same row in the same version, whenever it was seen. */
export function isSameRow(one: string, other: string): boolean {
  return one.slice(0, hashLength) === other.slice(0, hashLength)
}

export function epochOf(entry: string): number {
  return Number.parseInt(entry.slice(hashLength), 36)
}

/** @throws TypeError */
export function checkEpoch(epoch: number): void {
  if (Number.isSafeInteger(epoch) && epoch >= 0) return
  throw new TypeError(`Expected a whole number of at least 0 as the epoch, got ${epoch}`)
}
