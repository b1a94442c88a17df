import type { RowCount } from '@deltaverse/core'

/** How far a read is. */
export interface SyncProgress {
  readonly read: 'snapshot' | 'incremental'
  /** Rows that this read has brought so far; of a full read also those before a resume. */
  readonly rows: number
  readonly deletions: number
  /** Bytes of rows, in this run. */
  readonly bytes: number
  readonly elapsedMs: number
  /** Rows and deletions, in this run. */
  readonly rowsPerSecond: number
  /** How many rows a full read will bring, as far as the service tells; absent until it has answered. */
  readonly expected?: RowCount
  /** From 0 to 1; absent where it is not known how many rows there are. */
  readonly share?: number
  /** Time left at this rate; absent where that is not known. */
  readonly remainingMs?: number
}
