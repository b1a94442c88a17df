import type { TableSchema } from '@deltaverse/schema'
import type { Row } from './change.js'
import type { ConnectorSettings } from './connector-settings.js'
import type { SinkMode } from './sink-mode.js'

/**
 * How a sink is tried: places to keep rows in, and somebody who looks at what is there without any of the sink's code. The crash
 * runner of the repository tries every connector by it.
 */
export interface SinkTesting {
  /**
   * Whether the sink takes the options `files` and `processes` for all it does, so that a disk can be put under it that loses what
   * was not flushed; otherwise it stands on a system of its own.
   */
  readonly standsOnFiles: boolean
  /** Starts what all places share, such as a server. */
  start(): Promise<SinkTestHost>
}

export interface SinkTestHost {
  /** What the connector is told, to keep a table in this place. */
  settings(place: SinkTestPlace): ConnectorSettings
  /** Looks at everything that is kept, at any moment. */
  look(place: SinkTestPlace): Promise<SinkContents>
  /**
   * Frees the name of a holder that stands still, as its age, its network or an operator would, so that another can take over.
   */
  expireLease(place: SinkTestPlace): Promise<void>
  /** Removes what is in the place. */
  forget(place: SinkTestPlace): Promise<void>
  stop(): Promise<void>
}

/** Where the rows of one trial are. */
export interface SinkTestPlace {
  /** Number of the place, unlike those of others of this host. */
  readonly number: number
  /** What the table is called, and every column that it may come to have. */
  readonly table: { readonly name: string; readonly schema: TableSchema }
  /** Which of its ways the sink is to use, where it has them. */
  readonly ways: {
    readonly mode: SinkMode
    readonly format: 'ndjson' | 'csv'
    readonly isCompressed: boolean
    /** Whether files end and others begin at some size. */
    readonly isRotating: boolean
  }
  /** A folder for the place, on the disk of `files`. */
  readonly directory: string
  /** The disk as it is now. */
  files(): {
    readFile(path: string): Promise<Uint8Array>
    readdir(path: string): Promise<readonly string[]>
  }
}

/** What a sink shows to somebody who reads what it keeps. */
export interface SinkContents {
  /** The table as a reader comes to know it; a row that is there twice comes twice. */
  readonly rows: readonly KeptRow[]
  /** What a log holds, read by read, each in order. */
  readonly reads?: readonly { readonly isComplete: boolean; readonly lines: readonly KeptLine[] }[]
  /** Rows are changed where they are: what a snapshot has brought is seen before it has come to its end. */
  readonly isInPlace?: true
  /** What is torn, in words: no whole record, another checksum than the manifest says. */
  readonly torn: readonly string[]
}

export interface KeptRow {
  readonly id: string
  /** Digits; `undefined` where what is kept does not say. */
  readonly version: string | undefined
  /** Values by the names of the schema's columns, the primary key aside; those that are empty may be left out. */
  readonly values: Row
}

/** A line of a log. */
export type KeptLine =
  | { readonly kind: 'row'; readonly row: KeptRow }
  | { readonly kind: 'deletion'; readonly id: string }
  /** Columns that the row was given later, in this version of it. */
  | { readonly kind: 'patch'; readonly row: KeptRow }
