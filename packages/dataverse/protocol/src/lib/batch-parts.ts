const carriageReturn = 0x0d
const lineFeed = 0x0a

/**
 * Finds the parts between the lines of a boundary. What stands before the first is no part, nor what no boundary ends.
 *
 * @returns whether the closing boundary came
 */
export function eachBatchPart(
  bytes: Buffer,
  boundary: string,
  take: (start: number, end: number) => void,
): boolean {
  const delimiter = Buffer.from(`--${boundary}`)
  let start = -1
  let at = bytes.indexOf(delimiter)
  while (at !== -1) {
    const end = at + delimiter.length
    const next = at === 0 || bytes[at - 1] === lineFeed ? lineAfterBoundary(bytes, end) : undefined
    if (next !== undefined) {
      if (start !== -1) take(start, at)
      if (next === closing) return true
      start = next
    }
    at = bytes.indexOf(delimiter, end)
  }
  return false
}

const closing = -1

/** Where the line of a boundary ends, or that it is the closing one; `undefined` for a line that only begins like one. */
function lineAfterBoundary(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) return at + 2
  const line = /^(--)?[ \t]*(?:\r?\n|$)/.exec(bytes.toString('latin1', at, at + 100))
  if (line === null) return undefined
  return line[1] === undefined ? at + line[0].length : closing
}
