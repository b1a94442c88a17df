import type { Files } from '@deltaverse/durable-files'
import type { Delivery } from '../run/trace.js'
import type { FoundRow } from './compare-rows.js'
import type { Problem } from './problem.js'

/** What a sink shows to somebody who reads its files without any of this project's code. */
export interface SinkView {
  /** The table, by id, as a reader comes to know it. */
  readonly rows: ReadonlyMap<string, FoundRow>
  /** What a log holds, read by read, each in order; a mirror has no order. */
  readonly reads?: readonly LoggedRead[]
  /** What is torn. */
  readonly problems: readonly Problem[]
}

/** A full read in a log, with the deltas behind it. */
export interface LoggedRead {
  readonly isComplete: boolean
  readonly lines: readonly Delivery[]
}

export interface SinkPlace {
  readonly files: Files
  readonly directory: string
  readonly name: string
}
