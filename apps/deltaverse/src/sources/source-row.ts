import type { RowPlace } from '@deltaverse/dataverse'

/** A row as its source has it, in the source's own words. */
export interface SourceRow {
  readonly values: Readonly<Record<string, unknown>>
  readonly place: RowPlace
  /** Whether it stood in a dead letter. */
  readonly isLetter?: true
}

/** Rows of one source, in order, read as they are asked for. */
export interface RowSource {
  /** What it is, for people: `employees.csv, CSV with ;`. */
  readonly title: string
  /** The names of its columns, where it says them before the first row. */
  readonly columns?: readonly string[] | undefined
  readonly rows: AsyncIterable<SourceRow>
}
