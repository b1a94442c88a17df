import { parseExactJson } from './exact-json.js'

/** The number that the bytes of a row say: whoever parsed them before may have rounded it to a double. */
export type ExactNumbers = (member: string, parsed: number) => unknown

/**
 * Creates the access to the exact numbers of a row. Rows without a number too long for a double cost no second parse.
 *
 * @param bytes the row as JSON text in UTF-8
 */
export function createExactNumbers(bytes: Uint8Array): ExactNumbers {
  if (!mayHoldLongNumber(bytes)) return (_, parsed) => parsed
  const row = parseExactJson(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
  return (member, parsed) => row[member] ?? parsed
}

/** A double holds every number of 15 digits; with its point, a longer one has at least this many characters. */
const longNumber = 16

/** Whether digits and points stand in a row somewhere; only one byte in 16 is looked at where they do not. */
export function mayHoldLongNumber(bytes: Uint8Array): boolean {
  for (let at = longNumber - 1; at < bytes.length; at += longNumber) {
    if (!isDigitOrPoint(bytes[at])) continue
    let start = at
    while (isDigitOrPoint(bytes[start - 1])) start -= 1
    let end = at + 1
    while (isDigitOrPoint(bytes[end])) end += 1
    if (end - start >= longNumber) return true
  }
  return false
}

function isDigitOrPoint(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2e)
}
