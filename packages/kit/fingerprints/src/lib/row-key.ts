/** Keys of the store by their first byte; in the order of the store: header, rows, undo blocks. */
export const headerKey: Buffer = Buffer.from('h')
const rowPrefix = 0x72
const undoPrefix = 0x75

/** Below the first key of a row, and above the last one. */
export const rowKeyRange: { readonly gt: Buffer; readonly lt: Buffer } = {
  gt: Buffer.of(rowPrefix),
  lt: Buffer.of(rowPrefix + 1),
}

/** Length of the key of a row: the prefix and the GUID. */
const rowKeyBytes = 1 + 16

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Adds the key of each row. @throws TypeError when an id is no lower-case GUID */
export function withRowKeys<T extends { readonly id: string }>(
  rows: readonly T[],
): readonly (T & { readonly key: Buffer })[] {
  for (const { id } of rows) {
    if (!guid.test(id)) throw new TypeError(`Expected a lower-case GUID as the id of a row, got "${id}"`)
  }
  // All at once: one call that reads hexadecimal digits costs as much for one id as for a hundred.
  const prefix = rowPrefix.toString(16)
  const keys = Buffer.from(rows.map(({ id }) => prefix + id.replaceAll('-', '')).join(''), 'hex')
  return rows.map((row, at) => ({ ...row, key: keys.subarray(at * rowKeyBytes, (at + 1) * rowKeyBytes) }))
}

export function idOfRowKey(key: Buffer): string {
  const hex = key.toString('hex', 1)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Of the nth block of a commit; ordered by commit, then by block. */
export function undoKeyOf(commit: number, block: number): Buffer {
  const key = Buffer.allocUnsafe(11)
  key[0] = undoPrefix
  key.writeUIntBE(commit, 1, 6)
  key.writeUInt32BE(block, 7)
  return key
}

/** Every undo block of commits behind this one. */
export function undoKeysAfter(commit: number): { readonly gte: Buffer; readonly lt: Buffer } {
  return { gte: undoKeyOf(commit + 1, 0), lt: Buffer.of(undoPrefix + 1) }
}
