const quote = 0x22
const backslash = 0x5c
const valueKey = '"value"'

/** What the bytes around the rows lead to. */
type EnvelopeStep = 'more' | 'rows' | 'done' | 'stray' | 'second-value' | 'too-deep'

/**
 * Walks the top-level object of a page outside its `value` array, byte by byte (there are few of them), and keeps what it
 * saw, so that the envelope can be parsed at the end.
 */
export interface EnvelopeScanner {
  /** Takes one byte. `rows`: the `value` array has just opened. `done`: the object has just closed. */
  step(byte: number): EnvelopeStep
  /** Tells that the `value` array has just closed. */
  closeRows(): void
  /** Everything seen so far as JSON text, the rows left out; closed with `closing`. */
  text(closing: string): string
  readonly size: number
}

/** @param maxDepth levels of brackets that there may be, the outermost braces included */
export function createEnvelopeScanner(maxDepth: number): EnvelopeScanner {
  let bytes = Buffer.allocUnsafe(1024)
  let size = 0
  let depth = 0
  let inString = false
  let escaped = false
  let tokenStart = 0
  // What the last complete token at depth 1 was: a string, and then a colon behind it.
  let lastString = ''
  let afterColon = false
  let rowsSeen = false

  function keep(byte: number): void {
    if (size === bytes.length) {
      const larger = Buffer.allocUnsafe(size * 2)
      bytes.copy(larger)
      bytes = larger
    }
    bytes[size] = byte
    size += 1
  }

  function stepInString(byte: number): EnvelopeStep {
    if (escaped) escaped = false
    else if (byte === backslash) escaped = true
    else if (byte === quote) {
      inString = false
      lastString = depth === 1 && !afterColon ? bytes.toString('latin1', tokenStart, size) : ''
    }
    return 'more'
  }

  function open(byte: number): EnvelopeStep {
    const opensRows = byte === 0x5b && depth === 1 && afterColon && lastString === valueKey
    if (depth === 0 && byte !== 0x7b) return 'stray'
    depth += 1
    if (depth > maxDepth) return 'too-deep'
    if (!opensRows) {
      if (depth === 1) afterColon = false
      return 'more'
    }
    if (rowsSeen) return 'second-value'
    rowsSeen = true
    return 'rows'
  }

  function close(): EnvelopeStep {
    depth -= 1
    return depth === 0 ? 'done' : 'more'
  }

  return {
    step(byte) {
      keep(byte)
      if (inString) return stepInString(byte)
      switch (byte) {
        case 0x20:
        case 0x09:
        case 0x0a:
        case 0x0d:
          return 'more'
        case quote:
          if (depth === 0) return 'stray'
          inString = true
          tokenStart = size - 1
          return 'more'
        case 0x7b:
        case 0x5b:
          return open(byte)
        case 0x7d:
        case 0x5d:
          return depth === 0 ? 'stray' : close()
        case 0x3a:
          if (depth === 1) afterColon = true
          return 'more'
        case 0x2c:
          if (depth === 1) afterColon = false
          return 'more'
        default:
          return depth === 0 ? 'stray' : 'more'
      }
    },
    closeRows() {
      keep(0x5d)
      depth -= 1
      lastString = ''
    },
    text: (closing) => bytes.toString('utf8', 0, size) + closing,
    get size() {
      return size
    },
  }
}
