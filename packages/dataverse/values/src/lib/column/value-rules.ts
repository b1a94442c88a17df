import type { ColumnMetadata } from '@deltaverse/metadata'
import { callable, either, type OptionsInput, type OptionsOutput, oneOf } from '@deltaverse/options'
import type { BadCharacters } from '../text/wire-text.js'

/** One column, as far as its values need it; any `ColumnMetadata` will do. */
export type ValueColumn = Pick<ColumnMetadata, 'logicalName' | 'kind' | 'targets'>

/** What empty text, as an empty cell of a file gives it, does: clears the column, is not sent, fails the row, or is what it is. */
export type EmptyText = 'null' | 'skip' | 'refuse' | 'keep'

const emptyTexts = ['null', 'skip', 'refuse', 'keep'] as const

/** What a caller decides about values; part of the options of whoever writes some. */
export const valueOptions = {
  emptyText: either(
    oneOf(emptyTexts, {
      default: 'keep',
      doc: "What empty text does, as an empty cell of a file gives it: null clears the column, skip leaves it as it is, refuse fails the row, keep takes it for text in columns of text and refuses it in all others. One answer for all columns, or a function of the column's logical name.",
    }),
    callable<(logicalName: string) => EmptyText>()({ doc: 'Decides by column.' }),
  ),
  badCharacters: oneOf(['refuse', 'strip', 'replace'], {
    default: 'refuse',
    doc: 'What becomes of characters that no column of text takes, all that are not in XML 1.0: the row is refused, they are left out (strip), or U+FFFD stands in their place (replace).',
  }),
}

export type ValueOptions = OptionsInput<typeof valueOptions>

/** What was decided. */
export interface ValueRules {
  emptyText(logicalName: string): EmptyText
  readonly badCharacters: BadCharacters
}

const byColumn = oneOf(emptyTexts, { required: true, doc: 'What empty text does.' })

/** The rules of options that were checked. @throws TypeError, when asked, for an answer of `emptyText` that is none */
export function toValueRules({ emptyText, badCharacters }: OptionsOutput<typeof valueOptions>): ValueRules {
  if (typeof emptyText !== 'function') return { emptyText: () => emptyText, badCharacters }
  return { emptyText: (name) => byColumn.parse('emptyText', emptyText(name)), badCharacters }
}

/** The rules of who decides nothing. */
export const defaultValueRules: ValueRules = { emptyText: () => 'keep', badCharacters: 'refuse' }
