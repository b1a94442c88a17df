import { DataverseError } from '@deltaverse/core'

/** Where a sink stands: what a commit leaves behind, and the next `open` goes on from. */
export interface SqlPosition {
  /** Version of this format. */
  readonly version: 1
  /** Commits of sinks to the table, this one included. */
  readonly commit: number
  /** Epoch of the snapshot that rows are written under; 0 before the first. */
  readonly epoch: number
  /** Whether that snapshot is still under way. */
  readonly reading: boolean
  /** Whether rows that the table held before are still to be let go. */
  readonly leftovers: boolean
}

/** @throws DataverseError `sink-mismatch` for what no sink of this kind has said */
export function checkPosition(position: SqlPosition, database: string, table: string): SqlPosition {
  const { version, commit, epoch, reading, leftovers } = (position ?? {}) as Partial<SqlPosition>
  const isOurs =
    version === 1 &&
    Number.isSafeInteger(commit) &&
    Number.isSafeInteger(epoch) &&
    typeof reading === 'boolean' &&
    typeof leftovers === 'boolean'
  if (isOurs) return position
  throw new DataverseError(
    `The saved position ${JSON.stringify(position)} is none of a sink of ${database}, so it does not fit the table ${table}. Give the sync another name, or delete its state to start over.`,
    { code: 'sink-mismatch' },
  )
}
