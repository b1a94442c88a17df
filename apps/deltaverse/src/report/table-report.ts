import type { Checkpoint } from '@deltaverse/core'

/** What one read took. */
export interface ReadFigures {
  /** Rows created or updated. */
  readonly rows: number
  readonly deletions: number
  readonly pages: number
  /** Requests as the reader made them; repetitions are not counted. */
  readonly requests: number
  /** Bytes of pages as they came over the wire. */
  readonly bytes: number
  readonly seconds: number
}

/** One read of one table, as the report tells it. */
export interface TableReport extends ReadFigures {
  /** As it was asked for. */
  readonly table: string
  readonly entitySet?: string
  /** What the read was; absent when it did not begin. */
  readonly read?: 'snapshot' | 'incremental'
  /** Where the table stands, as its checkpoint says. */
  readonly epoch?: number
  readonly phase?: Checkpoint['phase']
  /** The data files, in order. */
  readonly files?: readonly string[]
  /** Tells of each file what it holds. */
  readonly manifestFile?: string
  readonly checkpointFile?: string
  /** Data files of earlier epochs, which nothing is added to any more. */
  readonly earlierFiles?: readonly string[]
  /** Files that were in the way and were renamed. */
  readonly setAside?: readonly string[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** The whole run, as `--json` prints it. */
export interface RunReport {
  readonly ok: boolean
  readonly exitCode: number
  /** Night that was played, in the demonstration. */
  readonly night?: number
  readonly tables: readonly TableReport[]
  /** Why the run as a whole ended early. */
  readonly error?: { readonly code: string; readonly message: string }
}
