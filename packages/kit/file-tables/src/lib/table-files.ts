import type { BadRows } from '@deltaverse/bad-rows'
import type { Files } from '@deltaverse/durable-files'
import type { Format } from '@deltaverse/formats'
import type { TableSchema } from '@deltaverse/schema'

/** Where the files of a table are, and how they are written. */
export interface TableFiles {
  readonly directory: string
  /** What the files are called; safe for a file name. */
  readonly name: string
  readonly format: Format
  /** The format of a file that was written before, by its extension and what the manifest says of its dialect. */
  readonly formatOf: (extension: string, dialect: unknown) => Format
  readonly compress: 'none' | 'gzip'
  /** The columns, for a format that needs to know them and where nobody called `applySchema`. */
  readonly schema?: (() => Promise<TableSchema>) | undefined
  /** Rows that the format cannot hold. */
  readonly badRows: BadRows
  readonly onSetAside: (path: string, keptAs: string) => void
  readonly files: Files
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A log of changes in numbered files. */
export interface LogSettings extends TableFiles {
  readonly rotate: { readonly bytes: number; readonly rows: number; readonly daily: boolean }
}

/** A mirror of the rows in one file. */
export interface MirrorSettings extends TableFiles {
  /** Bytes of changes that are sorted in memory at a time. */
  readonly sortBytes: number
}
