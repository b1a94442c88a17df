import type { ValueFault } from '@deltaverse/schema'

/** How text is dealt with that a database cannot hold: NUL characters, and halves of surrogate pairs. */
export type InvalidText = 'refuse' | 'replace'

/** Text as a database can hold it, or what is wrong with it. */
export type StorableText = (text: string) => string | ValueFault

const mayBeUnstorable = /[\0\ud800-\udfff]/
const unstorable = /\0|\p{Surrogate}/gu

/** Creates what makes text storable. */
export function createStorableText(database: string, invalidText: InvalidText): StorableText {
  return (text) => {
    if (!mayBeUnstorable.test(text)) return text
    const at = text.search(unstorable)
    if (at === -1) return text
    if (invalidText === 'replace') return text.replace(unstorable, '\ufffd')
    const what = text[at] === '\0' ? 'a NUL character (U+0000)' : 'half of a surrogate pair'
    return {
      fault: `holds ${what} at position ${at}, which ${database} cannot store. Mend the row in its source, or set invalidText: 'replace' to keep U+FFFD in its place`,
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
