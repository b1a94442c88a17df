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

/** Texts beyond 128 kB leave V8's young epoch, which makes them several times dearer. */
const windowBytes = 65_536

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
   * @returns the offset behind the row's closing brace, or -1 when the chunk ended first, or -2 for a stray byte, or -3 for a
   * bracket that opens one level too many (see `strayAt`)
   */
  scan(chunk: Buffer, start: number): number
  /** Flags of the row that ended last. */
  flags(): number
  /** Where the stray byte or the bracket stands, after `scan` returned -2 or -3. */
  strayAt(): number
}

/** @param maxDepth levels of brackets that a row may have, its own braces included */
export function createRowScanner(maxDepth: number): RowScanner {
  const closers: number[] = []
  let depth = 0
  let inString = false
  // The last chunk ended behind an odd number of backslashes, so the next byte is escaped.
  let escaped = false
  // Bytes since the last string ended, in chunks that are gone.
  let gapBefore = 0
  let flags = 0
  let strayOffset = -1
  // A part of the chunk as text, one character a byte: `indexOf` on text is built into compiled code, on bytes it is a call
  // out of it, which costs more than the search itself.
  let text = ''
  let textOf: Buffer | undefined
  let textStart = 0
  let textEnd = 0

  function readText(chunk: Buffer, start: number): void {
    textOf = chunk
    textStart = start
    textEnd = Math.min(chunk.length, start + windowBytes)
    text = chunk.toString('latin1', start, textEnd)
  }

  /** Where the string ends that goes on at `start` (behind its quote), or -1 when the text ended first. */
  function endOfString(chunk: Buffer, start: number): number {
    const from = escaped ? start + 1 : start
    escaped = false
    let at = from
    for (;;) {
      const found = text.indexOf('"', at - textStart)
      const behind = found === -1 ? textEnd : found + textStart
      let before = behind - 1
      while (before >= from && chunk[before] === backslash) before -= 1
      const odd = ((behind - 1 - before) & 1) === 1
      if (found === -1) {
        escaped = odd
        return -1
      }
      if (!odd) return behind + 1
      at = behind + 1
    }
  }

  /** Scans on from `start` to the end of the text. Returns what `scan` does. */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: the one loop that sees every byte of every read; calls in it cost a third of its speed
  function scanText(chunk: Buffer, start: number): number {
    const length = textEnd
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
      const byte = chunk[at] ?? 0
      const kind = kinds[byte] ?? plain
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
        if (depth > maxDepth) {
          strayOffset = at - 1
          return -3
        }
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

    scan(chunk, start) {
      let at = start
      for (;;) {
        if (chunk !== textOf || at < textStart || at >= textEnd) readText(chunk, at)
        const end = scanText(chunk, at)
        if (end !== -1 || textEnd === chunk.length) return end
        at = textEnd
      }
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
