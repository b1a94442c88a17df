/** A run of digits that a double may not hold exactly. */
const longInteger = /\d{16,}/
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON as `JSON.parse` does, but for integers beyond 2^53, which become bigints so that no digit is lost.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  // Also when digits are rescued below: what is done to them would let some texts pass that are not JSON.
  const plain: unknown = JSON.parse(text)
  if (!longInteger.test(text)) return plain
  let mark = '\uE000'
  while (text.includes(mark)) mark += '\uE000'
  let marked = 0
  const prepared = text.replace(token, (part) => {
    if (part.startsWith('"') || !/^-?\d+$/.test(part) || Number.isSafeInteger(Number(part))) return part
    marked += 1
    return `"${mark}${part}"`
  })
  if (marked === 0) return plain
  return JSON.parse(prepared, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}
