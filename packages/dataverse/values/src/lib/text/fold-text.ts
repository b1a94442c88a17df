/** How text compares. The databases of Dataverse ignore case, and most of them accents, by the language of the organization. */
export type TextComparison = 'ignore-case' | 'ignore-case-and-accents' | 'exact'

/** Text in the form in which equal texts are equal. Spaces at the end do not count in the comparisons of SQL. */
export function foldText(text: string, comparison: TextComparison): string {
  if (comparison === 'exact') return text
  const lower = text.toLowerCase()
  const folded = lower.endsWith(' ') ? lower.replace(/ +$/, '') : lower
  if (comparison === 'ignore-case' || /^[\x20-\x7e]*$/.test(folded)) return folded
  return folded.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
}
