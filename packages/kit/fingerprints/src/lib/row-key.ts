/** Keys of the store by their first byte; in the order of the store: header, rows, undo blocks. */
export const headerKey: Buffer = Buffer.from('h')
const rowPrefix = 0x72
const undoPrefix = 0x75

/** Below the first key of a row, and above the last one. */
export const rowKeyRange: { readonly gt: Buffer; readonly lt: Buffer } = {
  gt: Buffer.of(rowPrefix),
  lt: Buffer.of(rowPrefix + 1),
}

/** Length of the key of a row: the prefix and the GUID. Behind it stands what else tells the row apart, as it is in its id. */
const rowKeyBytes = 1 + 16
const guidLength = 36

/** A GUID, and behind a comma what tells the rows of one GUID apart, percent-encoded. */
const rowId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:,[\w\-.!~*'()%]*)?$/

/** Adds the key of each row. @throws TypeError when an id is none that a source of ours gives */
export function withRowKeys<T extends { readonly id: string }>(
  rows: readonly T[],
): readonly (T & { readonly key: Buffer })[] {
  for (const { id } of rows) {
    if (!rowId.test(id) || id.endsWith('\n')) {
      throw new TypeError(`Expected a lower-case GUID as the id of a row, got "${id}"`)
    }
  }
  // All at once: one call that reads hexadecimal digits costs as much for one id as for a hundred.
  const prefix = rowPrefix.toString(16)
  const hexOf = ({ id }: T): string => prefix + id.slice(0, guidLength).replaceAll('-', '')
  const keys = Buffer.from(rows.map(hexOf).join(''), 'hex')
  return rows.map((row, at) => {
    const key = keys.subarray(at * rowKeyBytes, (at + 1) * rowKeyBytes)
    if (row.id.length === guidLength) return { ...row, key }
    return { ...row, key: Buffer.concat([key, Buffer.from(row.id.slice(guidLength), 'latin1')]) }
  })
}

export function idOfRowKey(key: Buffer): string {
  const hex = key.toString('hex', 1, rowKeyBytes)
  const guid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  return key.length === rowKeyBytes ? guid : guid + key.toString('latin1', rowKeyBytes)
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
