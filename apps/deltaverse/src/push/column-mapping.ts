/** How one column of the table is filled from a row of the source. */
export interface ColumnMapping {
  /** Logical name of the column. */
  readonly column: string
  /** The column of the source. Absent with `value`. */
  readonly from?: string | undefined
  /** The same value for every row. */
  readonly value?: unknown
  /** For a look-up: the table and the column by which the row it points at is found. */
  readonly find?: { readonly table: string; readonly column: string } | undefined
  /** How dates stand in the source, in the letters of Unicode: `dd.MM.yyyy`. Default: as ISO 8601 has it. */
  readonly format?: string | undefined
  /** The zone of times that say none: `Europe/Berlin`. Default: they are refused. */
  readonly timeZone?: string | undefined
  /** What stands between a number and its fraction: `,` for 1.234,50. Default: `.`, and nothing else but digits. */
  readonly decimal?: ',' | '.' | undefined
  /** What an empty cell does: clears the column (`null`), leaves it as it is (`skip`), or refuses the row. */
  readonly empty?: EmptyCells | undefined
}

export const emptyCells = ['null', 'skip', 'refuse'] as const

type EmptyCells = (typeof emptyCells)[number]

/** What holds for all columns that say nothing else. */
export type MappingDefaults = Pick<ColumnMapping, 'format' | 'timeZone' | 'decimal' | 'empty'>

/** How the columns are called that an export of dead letters adds: they are remarks, and no values. */
export const remarkPrefix = 'deltaverse:'
