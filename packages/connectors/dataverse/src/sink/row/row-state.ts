import type { Columns } from '../plan/columns.js'

/** What there is to write. */
export interface Content {
  /** Columns of the first request; absent where they stand in `body` only. */
  readonly columns: Columns | undefined
  /** The same as JSON, where it was written at once; let go of by `keepSentBody()` once a request holds it. */
  readonly body: string | undefined
  /** Columns of requests that must follow, such as the state of a row that had to be created first. */
  readonly followUps: readonly Columns[]
  /** Size of the first request's columns as JSON, and {@link partBytes}. */
  readonly bytes: number
}

/** What address and headers of a part of a batch add to its columns, about. */
export const partBytes = 200

/** Failures that passed by themselves, ambiguous ones, and throttles. */
export interface Failures {
  readonly passing: number
  readonly ambiguous: number
  readonly throttled: number
}

/** Of what has not failed yet; one object for all. */
export const noFailures: Failures = { passing: 0, ambiguous: 0, throttled: 0 }

/** What the requests of a row met. */
export interface Trouble {
  /** Failures of the row itself so far. */
  readonly failures: Failures
  /** An answer got lost, so the row may have been written already. */
  readonly uncertain: boolean
  /** An upsert met another one on the same key, and was repeated. */
  readonly raced: boolean
}

/** Of most rows; one object for all. */
export const noTrouble: Trouble = { failures: noFailures, uncertain: false, raced: false }

/** Ready to be written; nobody has looked whether it is there. */
interface Prepared extends Content {
  readonly kind: 'prepared'
  /** GUID: given, or made by us for a create. */
  readonly id: string | undefined
  /** Whether `id` was made by us, so that nobody else can have used it. */
  readonly ownId: boolean
}

/** It was looked for and not found. */
interface Absent extends Content {
  readonly kind: 'absent'
  readonly id: string | undefined
  readonly ownId: boolean
}

/** The table holds it; what there is to write is what differs, where that was looked up, else all. */
interface Present extends Content {
  readonly kind: 'present'
  readonly id: string
  readonly ownId: false
  /** Names of what differs, where that was looked up. */
  readonly changed: readonly string[] | undefined
  /** How it was before it was found: all that is needed should it vanish in the meantime. */
  readonly before: Prepared
}

/** Where a row stands that is not under way. */
export type Located = Prepared | Absent | Present

/** It has been part of a request; what is known of it otherwise is in `at`. */
export interface InFlight {
  readonly kind: 'in-flight'
  readonly at: Located
  /** The request that holds the body of the row, which then is not kept a second time, and where it ends there. */
  readonly sent: Buffer | undefined
  readonly sentEnd: number
  /** Requests that the row was part of. */
  readonly attempts: number
  readonly trouble: Trouble
}

/** Where a row stands before it is settled; settled rows are `SettledRow`. */
export type RowState = Located | InFlight
