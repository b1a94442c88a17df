import type { FoundRow } from './compare-rows.js'
import type { Problem } from './problem.js'
import type { Delivery } from './trace.js'

/** What a sink shows to somebody who reads what it keeps without any of this project's code. */
export interface SinkView {
  /** The table, by id, as a reader comes to know it. */
  readonly rows: ReadonlyMap<string, FoundRow>
  /** What a log holds, read by read, each in order; a mirror or a table has no order. */
  readonly reads?: readonly LoggedRead[]
  /** Rows are changed where they are: what a snapshot has brought is seen before it has come to its end. */
  readonly isInPlace?: true
  /** What is torn. */
  readonly problems: readonly Problem[]
}

/** A snapshot in a log, with the deltas behind it. */
export interface LoggedRead {
  readonly isComplete: boolean
  readonly lines: readonly Delivery[]
}
