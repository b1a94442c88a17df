import type { ColumnMetadata } from '@deltaverse/metadata'
import type { BadCharacters } from '../text/wire-text.js'

/** One column, as far as its values need it; any `ColumnMetadata` will do. */
export type ValueColumn = Pick<ColumnMetadata, 'logicalName' | 'kind' | 'targets'>

/** What empty text, as an empty cell of a file gives it, does: clears the column, is not sent, fails the row, or is what it is. */
export type EmptyText = 'null' | 'skip' | 'refuse' | 'keep'

/** What a caller decides about values. */
export interface ValueOptions {
  /**
   * What empty text does: `null` clears the column, `skip` leaves it as it is, `refuse` fails the row, `keep` takes it for text in
   * columns of text and refuses it in all others. One answer for all columns, or a function of the column's logical name.
   * Default: `keep`.
   */
  readonly emptyText?: EmptyText | ((logicalName: string) => EmptyText) | undefined
  /**
   * What becomes of characters that no column of text takes, all that are not in XML 1.0: the row is refused, they are left out
   * (`strip`), or U+FFFD stands in their place (`replace`). Default: `refuse`.
   */
  readonly badCharacters?: BadCharacters | undefined
}

/** {@link ValueOptions} with its defaults. */
export interface ValueRules {
  emptyText(logicalName: string): EmptyText
  readonly badCharacters: BadCharacters
}

const emptyTexts: readonly EmptyText[] = ['null', 'skip', 'refuse', 'keep']
const badCharacterWays: readonly BadCharacters[] = ['refuse', 'strip', 'replace']

/** @throws TypeError for a choice that is none */
export function resolveValueRules({ emptyText, badCharacters }: ValueOptions = {}): ValueRules {
  const bad = oneOf('badCharacters', badCharacters ?? 'refuse', badCharacterWays)
  if (typeof emptyText === 'function') {
    const decide = emptyText
    const emptyTextOf = (name: string): EmptyText => oneOf('emptyText', decide(name), emptyTexts)
    return { emptyText: emptyTextOf, badCharacters: bad }
  }
  const way = oneOf('emptyText', emptyText ?? 'keep', emptyTexts)
  return { emptyText: () => way, badCharacters: bad }
}

/** The rules of who decides nothing. */
export const defaultValueRules: ValueRules = resolveValueRules()

function oneOf<Choice extends string>(name: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value
  throw new TypeError(
    `${name} must be ${choices.map((each) => `'${each}'`).join(' or ')}, received ${JSON.stringify(value)}`,
  )
}
