import type { Clock, Row } from '@deltaverse/core'
import type { Settle, SettledRow } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import type { WaitingRows } from './waiting-rows.js'

/** What the pump needs of a run. */
export interface PumpRun {
  /** Makes a row ready, or says at once what became of it. */
  prepare(row: Row, index: number): PendingRow | SettledRow
  /** Looks at many rows at once before they are written, and resolves with those that have to be. Absent: all have to be. */
  readonly compare:
    | ((rows: readonly PendingRow[], settle: Settle) => Promise<readonly PendingRow[]>)
    | undefined
  /** Writes the rows of one request to the end. */
  write(rows: readonly PendingRow[], settle: Settle): Promise<void>
  readonly waiting: WaitingRows
  /** Rows that are compared together at most. */
  readonly comparedRows: number
  /** Rows that are written together at most; may change while the run goes on. */
  readonly writtenRows: () => number
  readonly maxBatchBytes: number
  readonly maxWaitMs: number
  /** Requests under way at most; may change while the run goes on. */
  readonly concurrency: () => number
  readonly stopAfterFailures: number
  readonly clock: Clock
  readonly onAbort: 'stop' | 'drain'
  readonly signal: AbortSignal | undefined
  /** Ends the requests under way. */
  readonly abandon: AbortController
  /** Told once, when the run stops before its source ends. */
  onStopped(reason: 'aborted' | 'failures'): void
}
