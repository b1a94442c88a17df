import type { ValueFault } from './value-text.js'

/** What becomes of characters that a target cannot hold: the row is refused, they are left out, or U+FFFD stands in their place. */
export type BadCharacters = 'refuse' | 'strip' | 'replace'

/** Text as a target can hold it, or what is wrong with it. */
export type StorableText = (text: string) => string | ValueFault

/** Characters that some targets cannot hold. */
export type UnstorableCharacters = 'surrogate-halves' | 'surrogate-halves-and-nul'

const patterns: Readonly<Record<UnstorableCharacters, { readonly some: RegExp; readonly all: RegExp }>> = {
  'surrogate-halves': { some: /[\ud800-\udfff]/, all: /\p{Surrogate}/gu },
  'surrogate-halves-and-nul': { some: /[\0\ud800-\udfff]/, all: /\0|\p{Surrogate}/gu },
}

/**
 * Creates what makes text storable.
 *
 * @param target for the fault: `PostgreSQL`
 */
export function createStorableText(
  target: string,
  badCharacters: BadCharacters,
  unstorable: UnstorableCharacters,
): StorableText {
  const { some, all } = patterns[unstorable]
  return (text) => {
    if (!some.test(text)) return text
    const at = text.search(all)
    if (at === -1) return text
    if (badCharacters !== 'refuse') return text.replace(all, badCharacters === 'strip' ? '' : '\ufffd')
    const what = text[at] === '\0' ? 'a NUL character (U+0000)' : 'half of a surrogate pair'
    return {
      fault: `holds ${what} at position ${at}, which ${target} cannot store. Mend the row in its source, or set badCharacters: 'replace' to keep U+FFFD in its place, or 'strip' to leave it out`,
    }
  }
}

/** How JSON text writes what may not be storable. */
const mayHoldUnstorable = /\\u(?:0000|d[89a-f])/

/** Makes every text inside a text of JSON storable, names of members included. */
export function storableJson(json: string, storable: StorableText): string | ValueFault {
  if (!mayHoldUnstorable.test(json)) return json
  let fault: ValueFault | undefined
  const take = (text: string): string => {
    const taken = storable(text)
    if (typeof taken === 'string') return taken
    fault ??= taken
    return text
  }
  const inner = (part: unknown): unknown => {
    if (typeof part === 'string') return take(part)
    if (Array.isArray(part)) return part.map(inner)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, each]) => [take(name), inner(each)]))
  }
  const taken = JSON.stringify(inner(JSON.parse(json)))
  return fault ?? taken
}
