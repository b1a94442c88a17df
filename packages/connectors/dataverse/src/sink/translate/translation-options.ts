import type { KeyResolver } from '@deltaverse/alternate-keys'
import type { Row } from '@deltaverse/core'
import { defineOptions, instance, listOf, oneOf, text } from '@deltaverse/options'
import type { RowPlace } from '../result/row-place.js'

const emptyCells = ['null', 'skip', 'refuse'] as const

/** What an empty value does: clears the column (`null`), leaves it as it is (`skip`), or refuses the row. */
export type EmptyCells = (typeof emptyCells)[number]

/** How text is read. */
export interface CellForm {
  /** How dates stand in the source, in the letters of Unicode: `dd.MM.yyyy HH:mm`. Default: as ISO 8601 has it. */
  readonly format?: string | undefined
  /** The zone of times that say none: `Europe/Berlin`. Default: they are refused. */
  readonly timeZone?: string | undefined
  /** What stands between a number and its fraction: `,` for 1.234,50. Default: `.`, and nothing else but digits. */
  readonly decimal?: ',' | '.' | undefined
  /** What an empty value does. Default: `null`; an owner is left as it is. */
  readonly empty?: EmptyCells | undefined
}

/** How one column of the table is filled. */
export interface ColumnTranslation extends CellForm {
  /** The member of the row. Default: that of the column's own name. */
  readonly from?: string | undefined
  /** The same value for every row, instead. */
  readonly value?: unknown
  /** For a look-up: the column by which the row it points at is found, with its table: `account.accountnumber`. */
  readonly find?: string | undefined
}

/** How rows in the words of people become rows of the table. */
export interface RowTranslation<R extends object = object> extends CellForm {
  /** How columns are filled, by logical name. Default: each from the member of its name. */
  readonly columns?: Readonly<Record<string, ColumnTranslation>> | undefined
  /** What becomes of members that no column names: they go by their own names, or are left out. Default: `by-name`. */
  readonly others?: 'by-name' | 'leave-out' | undefined
  /** Columns that are not written, although rows have members for them. Default: none. */
  readonly leaveOut?: readonly string[] | undefined
  /** Whether targets of references are looked up in bulk before they are written, or named by key where that is Active. Default: `resolve`. */
  readonly references?: 'resolve' | 'bind' | undefined
  /** Finds the targets; share it to share its memory. Default: one of the writer's own. */
  readonly resolver?: KeyResolver | undefined
  /** The values of a row, where a row is more than its values. Default: the row itself. */
  readonly valuesOf?: ((row: R) => Readonly<Record<string, unknown>>) | undefined
  /** Where a row stands in its source; results and dead letters tell it. Default: nobody knows. */
  readonly placeOf?: ((row: R) => RowPlace | undefined) | undefined
}

/** The row that a look-up points at, by one of its columns. */
interface FindBy {
  readonly table: string
  readonly column: string
}

/** A column and how it is filled. */
export interface FilledColumn extends Omit<ColumnTranslation, 'find'> {
  readonly column: string
  readonly find?: FindBy | undefined
}

/** A translation, checked. */
export interface TranslationSettings extends CellForm {
  readonly columns: readonly FilledColumn[]
  readonly others: 'by-name' | 'leave-out'
  readonly leaveOut: readonly string[]
  readonly references: 'resolve' | 'bind'
  readonly resolver: KeyResolver | undefined
  readonly valuesOf: (row: object) => Readonly<Record<string, unknown>>
  readonly placeOf: (row: object) => RowPlace | undefined
}

const form = {
  format: text({ doc: 'How dates stand in the source.' }),
  timeZone: text({ doc: 'The zone of times that say none.' }),
  decimal: oneOf([',', '.'], { doc: 'What stands between a number and its fraction.' }),
  empty: oneOf(emptyCells, { doc: 'What an empty value does.' }),
}
const findForm = {
  pattern: /^[A-Za-z_]\w*\.[A-Za-z_]\w*$/,
  words: "a table and a column: 'account.accountnumber'",
}

const ofColumn = defineOptions('a column of translate', {
  ...form,
  from: text({ doc: 'The member of the row.' }),
  find: text({ form: findForm, doc: 'By what the row that a look-up points at is found.' }),
})

const ofRows = defineOptions('translate', {
  ...form,
  others: oneOf(['by-name', 'leave-out'], { default: 'by-name', doc: 'Members that no column names.' }),
  leaveOut: listOf(text({ doc: 'A column.' }), { default: [], doc: 'Columns that are not written.' }),
  references: oneOf(['resolve', 'bind'], { default: 'resolve', doc: 'How targets are named.' }),
  resolver: instance<KeyResolver>(['resolve'], 'made by createKeyResolver()')({ doc: 'Finds the targets.' }),
})

/**
 * Checks a translation and fills in its defaults; `true` is one without settings.
 *
 * @throws TypeError for settings that cannot be right
 */
export function toTranslationSettings(input: RowTranslation<Row> | boolean): TranslationSettings {
  const { columns = {}, valuesOf, placeOf, ...rest } = typeof input === 'boolean' ? {} : input
  return {
    ...ofRows.parse(rest),
    columns: Object.entries(columns).map(([column, translation]) => toFilledColumn(column, translation)),
    valuesOf: (valuesOf ?? ((row: object) => row)) as TranslationSettings['valuesOf'],
    placeOf: (placeOf ?? (() => undefined)) as TranslationSettings['placeOf'],
  }
}

function toFilledColumn(column: string, translation: ColumnTranslation): FilledColumn {
  const { value, ...rest } = translation
  const { find, from = value === undefined ? column : undefined, ...given } = ofColumn.parse(rest)
  if (value !== undefined && rest.from !== undefined)
    throw new TypeError(`column ${column} of translate has both from and value: one of them fills it`)
  const [table = '', by = ''] = find?.split('.') ?? []
  return {
    column,
    from,
    value,
    // What is not said goes by the translation's own.
    ...Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined)),
    ...(find !== undefined && { find: { table, column: by } }),
  }
}
