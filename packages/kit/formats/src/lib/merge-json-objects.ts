/**
 * One JSON object with the members of several, those of a later one in the place of the same of an earlier one. Values are
 * taken as they are written, so that no digit of a number is lost.
 *
 * @throws TypeError for text that is no JSON object
 */
export function mergeJsonObjects(texts: readonly string[]): string {
  const members = new Map<string, string>()
  for (const text of texts) for (const [name, value] of membersOf(text)) members.set(name, value)
  return `{${[...members].map(([name, value]) => `${name}:${value}`).join(',')}}`
}

/** Names with their quotes, and values as they are written. */
function* membersOf(text: string): Generator<readonly [string, string]> {
  let at = skipSpace(text, 0)
  if (text[at] !== '{') throw new TypeError('it is no JSON object')
  at = skipSpace(text, at + 1)
  while (text[at] === '"') {
    const endOfName = endOfString(text, at)
    const colon = skipSpace(text, endOfName)
    const start = skipSpace(text, colon + 1)
    const end = endOfValue(text, start)
    yield [text.slice(at, endOfName), text.slice(start, end).trimEnd()]
    if (text[end] !== ',') return
    at = skipSpace(text, end + 1)
  }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r' || text[at] === '\n') at += 1
  return at
}

/** Where the comma or brace behind a value is. */
function endOfValue(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at) - 1
    else if (character === '{' || character === '[') depth += 1
    else if (depth === 0 && (character === ',' || character === '}')) return at
    else if (character === '}' || character === ']') depth -= 1
  }
  throw new TypeError('a value in it does not end')
}

/** Behind the quote that ends a string. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  throw new TypeError('a string in it does not end')
}
