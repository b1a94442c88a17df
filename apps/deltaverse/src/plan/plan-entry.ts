import type { DeadLetter, RowPlace } from '@deltaverse/dataverse'

/** What is to be done with one row. */
export interface PlanEntry {
  /** `superseded`: a later row of the source has the same key, and is the one that counts. `deactivate`, `delete`: gone from the source. */
  readonly do: 'create' | 'update' | 'unchanged' | 'superseded' | 'reject' | 'deactivate' | 'delete'
  readonly place?: RowPlace
  readonly key?: Readonly<Record<string, unknown>>
  /** GUID; of a row to create the one that it will have, so that a run that was killed knows its own rows again. */
  readonly id?: string
  /** Version of the row that the plan is made for. */
  readonly version?: string
  /** What is sent, as the Web API takes it. */
  readonly row?: Readonly<Record<string, unknown>>
  /** For an update: what is there, and what will be. */
  readonly changes?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>
  /** The row as the source has it, as dead letters hold it. */
  readonly source?: Readonly<Record<string, unknown>>
  /** Why a row cannot be written. */
  readonly reason?: string
  /** The letter of a row that cannot be. */
  readonly letter?: DeadLetter<object>
}

/** How many rows there are of each kind. */
export type PlanCounts = Readonly<Record<PlanEntry['do'], number>>

/** Rows that a plan would write. */
export const writingKinds = ['create', 'update', 'deactivate', 'delete'] as const
