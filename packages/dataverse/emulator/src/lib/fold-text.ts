/**
 * How texts of an environment compare, which follows from its language: most ignore case and accents, some only case.
 *
 * Source: Microsoft Learn, "Language collations" of the Power Platform administration.
 */
export type TextComparison = 'accent-insensitive' | 'case-insensitive' | 'exact'

/** Makes one text of all those that compare as equal. */
export type FoldText = (text: string) => string

// Most texts are plain, and need no taking apart.
const plain = /^[\0-\x7f]*$/

/** The {@link FoldText} of a comparison. */
export function foldTextFor(comparison: TextComparison): FoldText {
  if (comparison === 'exact') return (text) => text
  if (comparison === 'case-insensitive') return (text) => text.toLowerCase()
  return (text) =>
    plain.test(text)
      ? text.toLowerCase()
      : text.normalize('NFD').replaceAll(/\p{M}/gu, '').normalize('NFC').toLowerCase()
}

/** Without regard to case. */
export const foldCase: FoldText = foldTextFor('case-insensitive')
