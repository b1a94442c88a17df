/** Text that is gathered as UTF-8. */
export interface TextBuffer {
  /** Adds any text. */
  add(text: string): void
  /** Adds text that is known to be ASCII, which costs less. */
  addAscii(text: string): void
  /** Ends a line, with CRLF. */
  endLine(): void
  /** Bytes so far. */
  readonly size: number
  /** What was added, without a copy. Nothing may be added after it. */
  bytes(): Buffer
}

/** Creates a buffer for about so many bytes; it grows when there are more. */
export function createTextBuffer(sizeHint: number): TextBuffer {
  let buffer = Buffer.allocUnsafeSlow(Math.max(64, Math.ceil(sizeHint)))
  let length = 0

  function grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(length + needed, 2 * buffer.length))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  return {
    add(text) {
      // A UTF-16 unit takes three bytes at most; they are counted only where it is tight.
      if (length + 3 * text.length > buffer.length) {
        const needed = Buffer.byteLength(text)
        if (length + needed > buffer.length) grow(needed)
      }
      length += buffer.write(text, length)
    },
    addAscii(text) {
      if (length + text.length > buffer.length) grow(text.length)
      length += buffer.write(text, length, 'latin1')
    },
    endLine() {
      if (length + 2 > buffer.length) grow(2)
      buffer[length] = 0x0d
      buffer[length + 1] = 0x0a
      length += 2
    },
    get size() {
      return length
    },
    bytes: () => buffer.subarray(0, length),
  }
}
