import { rowIsNested } from './row-run.js'

/** What a row of a tracked read is, told without parsing it where its shape allows. */
export interface RowIdentity {
  /** Whether the bytes are a `$deletedEntity` entry and not a row. */
  isDeleted(bytes: Buffer, start: number, end: number): boolean
  /**
   * The primary key as it stands in the row, or `undefined` where only a parse can tell (the row is nested, or the key is no
   * GUID or written in an unusual way).
   */
  findId(bytes: Buffer, start: number, end: number, flags: number): string | undefined
  /** The row version in the etag, or `undefined` where only a parse can tell. */
  findRowVersion(bytes: Buffer, start: number, end: number): string | undefined
}

// A row of Dataverse begins with its etag, which a deleted entry never has; only what begins otherwise needs a closer look.
const etagStart = Buffer.from('{"@odata.etag":"W/\\"')
const deletedMark = Buffer.from('$deletedEntity')
const guidLength = 36
const guidBytes = markGuidBytes()
const quote = 0x22
const backslash = 0x5c

/**
 * Reads ids and row versions of one table's rows out of their bytes.
 *
 * The key is found by its member name, which is exact in a row without nesting: behind a bracket, a comma or white space an
 * unescaped `"name":"` can only be a member of the row itself.
 */
export function createRowIdentity(primaryKey: string): RowIdentity {
  const member = Buffer.from(`"${primaryKey}":"`)
  // Rows of one page have one shape: where the key stood in the last row, counted from either end, it mostly stands again.
  let fromStart = 0
  let fromEnd = 0

  function idAt(bytes: Buffer, at: number, start: number, end: number): string | undefined {
    const valueStart = at + member.length
    const valueEnd = valueStart + guidLength
    if (at <= start || valueEnd >= end || bytes[valueEnd] !== quote) return undefined
    if (!isBoundary(bytes[at - 1] ?? 0) || !startsWith(bytes, member, at)) return undefined
    // Another text of that length may hold escapes, or be the end of this value and the beginning of the next.
    if (!isGuid(bytes, valueStart, valueEnd)) return undefined
    return bytes.toString('latin1', valueStart, valueEnd)
  }

  return {
    isDeleted(bytes, start, end) {
      if (startsWith(bytes, etagStart, start)) return false
      return bytes.subarray(start, end).includes(deletedMark)
    },

    findId(bytes, start, end, flags) {
      if ((flags & rowIsNested) !== 0) return undefined
      const expected = idAt(bytes, start + fromStart, start, end) ?? idAt(bytes, end - fromEnd, start, end)
      if (expected !== undefined) return expected
      const at = bytes.subarray(start, end).lastIndexOf(member)
      if (at === -1) return undefined
      fromStart = at
      fromEnd = end - start - at
      return idAt(bytes, start + at, start, end)
    },

    findRowVersion(bytes, start, end) {
      if (!startsWith(bytes, etagStart, start)) return undefined
      const from = start + etagStart.length
      let at = from
      while (at < end && bytes[at] !== backslash && bytes[at] !== quote) at += 1
      return bytes[at] === backslash && bytes[at + 1] === quote
        ? bytes.toString('latin1', from, at)
        : undefined
    },
  }
}

/** The text between `W/"` and `"` of a weak etag, or the etag itself where it looks otherwise. */
export function parseRowVersion(etag: string): string {
  return /^(?:W\/)?"(.*)"$/s.exec(etag)?.[1] ?? etag
}

function startsWith(bytes: Buffer, text: Buffer, at: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text[index]) return false
  }
  return true
}

function isGuid(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (guidBytes[bytes[at] ?? 0] === 0) return false
  return true
}

function markGuidBytes(): Uint8Array {
  const marks = new Uint8Array(256)
  for (const character of '0123456789abcdefABCDEF-') marks[character.charCodeAt(0)] = 1
  return marks
}

function isBoundary(byte: number): boolean {
  return byte === 0x2c || byte === 0x7b || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
