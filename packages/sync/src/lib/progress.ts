/** How far a read is. */
export interface SyncProgress {
  /** Rows that this read has brought so far; of a full read also those before a resume. */
  readonly rows: number
  readonly deletions: number
  /** Bytes of rows, in this run. */
  readonly bytes: number
  readonly elapsedMs: number
  /** Rows and deletions per second, in this run. */
  readonly rowsPerSecond: number
}
