import type { Change, DeletedChange, UpsertedChange } from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'

/** What a format writes of a row. */
export type WrittenRow = Pick<UpsertedChange, 'kind' | 'id' | 'rowVersion' | 'row'> & {
  /** The row as JSON text, where it is there: numbers that `row` had to round are exact in it. */
  readonly bytes?: Uint8Array
}

/** What a format writes of a change, and gives back of it. */
export type WrittenChange = WrittenRow | Pick<DeletedChange, 'kind' | 'id' | 'rowVersion'>

/** Some columns of a row, as a format gives them back: they belong into the row where it is there in the same version. */
export type WrittenPatch = Omit<WrittenRow, 'kind'> & { readonly kind: 'patched' }

/** What tells a change apart, without its row. */
export interface RecordHead {
  readonly kind: 'upserted' | 'deleted' | 'patched'
  readonly id: string
  readonly rowVersion: string | undefined
}

/** Writes the records of one file. */
export interface RecordWriter<In> {
  /** What the file begins with; empty where a format has no such thing. */
  readonly header: Buffer
  /** Whole records, one behind the other; empty for no change. */
  write(changes: readonly In[]): Buffer
}

/** Cuts text into records, whatever pieces it comes in. */
export interface RecordSplitter {
  /** The records that this piece completes, their line ends included. Views of the piece where they lie in it. */
  push(piece: Buffer): readonly Buffer[]
  /** Whether nothing is held: the text ended with a whole record. */
  readonly isWhole: boolean
}

/** Reads the records of one file, in order; `undefined` for its header. @throws Error for a record that is no change */
export type RecordReader<Out> = (record: Buffer) => Out | undefined

/**
 * How changes become a file of text and come back: one file of source for each format. A record ends with a line feed, so a file
 * can be cut behind any record and go on there.
 */
export interface Format {
  /** How its files end: `ndjson`. */
  readonly extension: string
  /** What tells its files from those of the same format written otherwise, as plain JSON; absent where there is one way. */
  readonly dialect?: unknown
  /** Whether a writer needs to know the columns. */
  readonly needsSchema: boolean
  /** Begins the writer of a file of changes. */
  changes(schema?: TableSchema): RecordWriter<Change>
  /** Whole records of rows of which only some columns are there; absent where a format cannot tell these from empty ones. */
  readonly patches?: (rows: readonly Change[]) => Buffer
  /** Begins the writer of a file of rows as they are, without kinds and versions; absent where a row is written as its change. */
  rows?(schema?: TableSchema): RecordWriter<WrittenRow>
  /** Begins to cut a file into its records. */
  split(): RecordSplitter
  /** Begins to read a file of changes, without its rows. */
  readHeads(): RecordReader<RecordHead>
  /** Begins to read a file of changes; the columns give the values their types. */
  readChanges(columns?: TableSchema['columns']): RecordReader<WrittenChange | WrittenPatch>
}
