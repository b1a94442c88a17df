import { rowIsNested, rowMayHoldLongNumber } from './row-run.js'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const openBracket = 0x5b

/** Kinds of bytes outside strings. */
const plain = 0
const stringStart = 1
const opener = 2
const closer = 3
const stray = 4

const kinds = classifyBytes()

// Between two strings, or the last string and the row's end, no more bytes than this cannot hold a number of 16 digits.
const longGap = 17

/** Strings are mostly short; a call of `indexOf` costs as much as looking at this many bytes. */
const shortString = 24

/**
 * Finds where one row (a JSON object) ends, over any number of chunks. Brackets must match and bytes that never stand
 * outside a string are refused; the rest of the grammar is checked when the row is parsed.
 */
export interface RowScanner {
  /** Starts a row. The next byte to scan is the one behind its opening brace. */
  begin(): void
  /**
   * Scans on from `start`.
   *
   * @returns the offset behind the row's closing brace, or -1 when the chunk ended first, or -2 for a stray byte (see
   * `strayAt`)
   */
  scan(chunk: Buffer, start: number): number
  /** Flags of the row that ended last. */
  flags(): number
  /** Where the stray byte stands, after `scan` returned -2. */
  strayAt(): number
}

export function createRowScanner(): RowScanner {
  const closers: number[] = []
  let depth = 0
  let inString = false
  // The last chunk ended behind an odd number of backslashes, so the next byte is escaped.
  let escaped = false
  // Bytes since the last string ended, in chunks that are gone.
  let gapBefore = 0
  let flags = 0
  let strayOffset = -1

  /** Where the string ends that goes on at `start` (behind its quote), or -1. */
  function endOfString(chunk: Buffer, start: number): number {
    const length = chunk.length
    let at = start
    if (escaped) {
      escaped = false
      at += 1
    }
    const stop = Math.min(length, at + shortString)
    while (at < stop) {
      const byte = chunk[at]
      if (byte === quote) return at + 1
      at += byte === backslash ? 2 : 1
    }
    if (at >= length) {
      escaped = at > length
      return -1
    }
    return endOfLongString(chunk, at)
  }

  function endOfLongString(chunk: Buffer, from: number): number {
    let at = from
    for (;;) {
      const end = chunk.indexOf(quote, at)
      const behind = end === -1 ? chunk.length : end
      let before = behind - 1
      while (before >= from && chunk[before] === backslash) before -= 1
      const odd = ((behind - 1 - before) & 1) === 1
      if (end === -1) {
        escaped = odd
        return -1
      }
      if (!odd) return end + 1
      at = end + 1
    }
  }

  return {
    begin() {
      closers.length = 0
      depth = 1
      inString = false
      escaped = false
      gapBefore = 0
      flags = 0
    },

    // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the one loop that sees every byte of every read; calls in it cost a third of its speed
    scan(chunk, start) {
      const length = chunk.length
      let at = start
      let gapStart = start
      if (inString) {
        at = endOfString(chunk, start)
        if (at === -1) return -1
        inString = false
        gapBefore = 0
        gapStart = at
      }
      while (at < length) {
        const byte = chunk[at]!
        const kind = kinds[byte]!
        at += 1
        if (kind === plain) continue
        if (kind === stringStart) {
          if (at - gapStart + gapBefore > longGap) flags |= rowMayHoldLongNumber
          const end = endOfString(chunk, at)
          if (end === -1) {
            inString = true
            return -1
          }
          at = end
          gapStart = end
          gapBefore = 0
        } else if (kind === opener) {
          closers.push(byte + 2)
          depth += 1
          flags |= rowIsNested
        } else if (kind === closer && byte === (depth === 1 ? openBrace + 2 : closers[depth - 2])) {
          depth -= 1
          if (depth > 0) {
            closers.pop()
          } else {
            if (at - gapStart + gapBefore > longGap) flags |= rowMayHoldLongNumber
            return at
          }
        } else {
          strayOffset = at - 1
          return -2
        }
      }
      gapBefore += length - gapStart
      return -1
    },

    flags: () => flags,
    strayAt: () => strayOffset,
  }
}

function classifyBytes(): Uint8Array {
  const table = new Uint8Array(256).fill(stray)
  for (const character of ' \t\r\n:,-+.0123456789eEtrufalsn') table[character.charCodeAt(0)] = plain
  table[quote] = stringStart
  for (const byte of [openBrace, openBracket]) {
    table[byte] = opener
    // In ASCII the closing brace and bracket stand two places behind the opening ones.
    table[byte + 2] = closer
  }
  return table
}
