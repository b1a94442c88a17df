import type { PendingRow } from '../row/pending-row.js'
import { createFillTimer } from './fill-timer.js'
import type { PumpRun } from './pump-run.js'
import { createReadyRows } from './ready-rows.js'

/** Rows that go into the next request, and what is done with them. */
interface NextRequest {
  readonly kind: 'compare' | 'write'
  readonly rows: readonly PendingRow[]
}

/** Decides when rows that were pulled go into a request. */
export interface Batcher {
  /** Whether another row may be pulled. */
  readonly hasRoom: boolean
  readonly isEmpty: boolean
  /** The next request, if one is due. What was compared goes first, so that it never piles up. */
  next(hasMore: boolean): NextRequest | undefined
  /** Rows of a comparison that have to be written. */
  addCompared(rows: readonly PendingRow[]): void
  /** A comparison has ended. */
  endComparison(): void
  /** Begins to count how long rows have waited for others. */
  startTimers(): void
  /** Takes all rows out. */
  drop(): readonly PendingRow[]
  close(): void
}

type BatcherRun = Pick<
  PumpRun,
  'waiting' | 'compare' | 'comparedRows' | 'writtenRows' | 'maxBatchBytes' | 'maxWaitMs' | 'clock'
>

/** @param onDue told when rows have waited long enough */
export function createBatcher(run: BatcherRun, onDue: () => void): Batcher {
  const { waiting, compare, comparedRows, writtenRows, maxBatchBytes } = run
  const ready = createReadyRows()
  const waitingTimer = createFillTimer(run.clock, run.maxWaitMs, onDue)
  const readyTimer = createFillTimer(run.clock, run.maxWaitMs, onDue)
  let comparing = 0

  /** Rows that one look or, where nothing is looked up, one request takes. */
  const mostWaiting = (): number => (compare === undefined ? writtenRows() : comparedRows)

  // Versions that were put together are held like rows, however few requests they make.
  const isWaitingFull = (): boolean =>
    waiting.openRows >= mostWaiting() || waiting.openBytes + waiting.versionBytes >= maxBatchBytes

  const hasRoom = (): boolean => !isWaitingFull() && waiting.parkedRows < mostWaiting()

  /** Whether the open request goes as it is: it is full, has waited long enough, or nothing can join it any more. */
  const isWaitingClosed = (hasMore: boolean): boolean => waitingTimer.due || !hasMore || !hasRoom()

  function isReadyClosed(hasMore: boolean): boolean {
    const full = ready.count >= writtenRows() || ready.bytes >= maxBatchBytes
    return full || readyTimer.due || (comparing === 0 && waiting.openRows === 0 && isWaitingClosed(hasMore))
  }

  return {
    get hasRoom() {
      return hasRoom()
    },
    get isEmpty() {
      return waiting.openRows + waiting.parkedRows + ready.count === 0
    },
    next(hasMore) {
      if (ready.count > 0 && isReadyClosed(hasMore)) {
        readyTimer.reset()
        return { kind: 'write', rows: ready.take(writtenRows(), maxBatchBytes) }
      }
      if (waiting.openRows === 0 || !isWaitingClosed(hasMore)) return undefined
      waitingTimer.reset()
      const rows = waiting.take()
      if (compare === undefined) return { kind: 'write', rows }
      comparing += 1
      return { kind: 'compare', rows }
    },
    addCompared: (rows) => ready.add(rows),
    endComparison() {
      comparing -= 1
    },
    startTimers() {
      if (waiting.openRows > 0) waitingTimer.start()
      if (ready.count > 0) readyTimer.start()
    },
    drop: () => [...waiting.drop(), ...ready.drop()],
    close() {
      waitingTimer.close()
      readyTimer.close()
    },
  }
}
