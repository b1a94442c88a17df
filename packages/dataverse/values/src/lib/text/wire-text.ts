/** What becomes of characters that no text column takes: the row is refused, they are left out, or U+FFFD stands in their place. */
export type BadCharacters = 'refuse' | 'strip' | 'replace'

/** Text as a column takes it, or what is wrong with it. */
export type WireText = { readonly text: string } | { readonly problem: string }

// All but the characters of XML 1.0 (service code 0x80040278): tab, line feed and carriage return pass, halves of surrogate
// pairs do not.
const badCharacter =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const badCharacters = new RegExp(badCharacter, 'g')

/** Whether text holds nothing but characters that a column takes. */
export function isStorableText(text: string): boolean {
  return !badCharacter.test(text)
}

/**
 * Text for a column. Whole numbers may come as numbers; others may not, because their digits depend on who prints them, and
 * those beyond the safe integers have lost some already.
 */
export function toWireText(value: unknown, bad: BadCharacters): WireText | undefined {
  if (typeof value === 'bigint') return { text: String(value) }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? { text: String(value === 0 ? 0 : value) }
      : {
          problem: `the number ${value} is no safe integer, so its digits may not be those of its source: give it as text`,
        }
  }
  if (typeof value !== 'string') return undefined
  const at = value.search(badCharacter)
  if (at === -1) return { text: value }
  if (bad !== 'refuse') return { text: value.replace(badCharacters, bad === 'strip' ? '' : '\ufffd') }
  const code = value.charCodeAt(at)
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const half = code >= 0xd800 && code <= 0xdfff ? ', half a surrogate pair' : ''
  return { problem: `the text holds ${name}${half} at position ${at}, which no text column takes` }
}
