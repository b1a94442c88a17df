import type { ColumnMetadata } from '@deltaverse/metadata'
import { callable, either, type OptionsInput, type OptionsOutput, oneOf } from '@deltaverse/options'
import type { BadCharacters } from '../text/wire-text.js'

/** One column, as far as its values need it; any `ColumnMetadata` will do. */
export type ValueColumn = Pick<ColumnMetadata, 'logicalName' | 'kind' | 'targets' | 'autoNumberFormat'>

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

/**
 * What null and empty text do in a column that the service numbers. `leave`: they are not sent, because a new row that says null gets no
 * number (seen in the field). `clear`: null is sent, as for every column.
 */
export type NoNumber = 'leave' | 'clear'

/** What was decided. */
export interface ValueRules {
  emptyText(logicalName: string): EmptyText
  readonly badCharacters: BadCharacters
  /** Absent: `clear`. */
  readonly noNumber?: NoNumber | undefined
}

const byColumn = oneOf(emptyTexts, { required: true, doc: 'What empty text does.' })

/** The rules of options that were checked. @throws TypeError, when asked, for an answer of `emptyText` that is none */
export function toValueRules(
  { emptyText, badCharacters }: OptionsOutput<typeof valueOptions>,
  noNumber?: NoNumber,
): ValueRules {
  if (typeof emptyText !== 'function') return { emptyText: () => emptyText, badCharacters, noNumber }
  return { emptyText: (name) => byColumn.parse('emptyText', emptyText(name)), badCharacters, noNumber }
}

/** Whether a column is left to the service, which numbers it, where a row holds nothing for it. */
export function isLeftToService(
  { autoNumberFormat }: Pick<ValueColumn, 'autoNumberFormat'>,
  { noNumber }: ValueRules,
): boolean {
  return noNumber === 'leave' && autoNumberFormat !== undefined
}

/** The rules of who decides nothing. */
export const defaultValueRules: ValueRules = { emptyText: () => 'keep', badCharacters: 'refuse' }
