import { DataverseError } from '@deltaverse/core'

const quote = 0x22
const backslash = 0x5c
const space = 0x20

/**
 * Removes the white space between the tokens of the JSON text in `buffer[start, end)`, in place; strings stay as they are.
 *
 * @returns where the text now ends
 * @throws DataverseError `bad-response` when a string holds a raw control character, which JSON forbids
 */
export function compactJsonInPlace(buffer: Uint8Array, start: number, end: number): number {
  let to = start
  let inString = false
  for (let from = start; from < end; from++) {
    const byte = buffer[from]!
    if (inString) {
      if (byte < space) throw controlCharacter(byte, from - start)
      if (byte === backslash) {
        buffer[to++] = byte
        if (++from < end) buffer[to++] = buffer[from]!
        continue
      }
      if (byte === quote) inString = false
    } else {
      if (byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      if (byte === quote) inString = true
    }
    buffer[to++] = byte
  }
  return to
}

function controlCharacter(byte: number, offset: number): DataverseError {
  const name = `0x${byte.toString(16).padStart(2, '0')}`
  return new DataverseError(
    `A row cannot become a line: byte ${offset} of its JSON text is a raw control character (${name}) inside a string.`,
    { code: 'bad-response' },
  )
}
