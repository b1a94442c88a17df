import type { Row } from '@deltaverse/core'
import pLimit from 'p-limit'
import { replaced, type Settle, type SettledRow, settled as settledRow } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import { createFillTimer } from './fill-timer.js'
import type { PumpRun } from './pump-run.js'
import { createReadyRows } from './ready-rows.js'
import { createRowPuller } from './row-puller.js'

/** The state of one run: rows that wait, requests under way, and what is known. */
export interface RowPump {
  /** Pulls what can be had at once and starts what can be started. */
  dispatch(): void
  /** What became known since the last time. */
  takeSettled(): readonly SettledRow[]
  finished(): boolean
  somethingNew(): Promise<void>
  throwFailure(): void
  close(): Promise<void>
}

/** Creates the pump of one run. */
export function createRowPump(iterator: AsyncIterator<Row> | Iterator<Row>, run: PumpRun): RowPump {
  const { waiting } = run
  const ready = createReadyRows()
  const limit = pLimit(Math.max(1, run.concurrency()))
  const slots = new Set<Promise<void>>()
  let comparing = 0
  let settled: SettledRow[] = []
  let index = 0
  let failures = 0
  let stopped: 'draining' | 'dropping' | undefined
  let failure: { readonly error: unknown } | undefined
  let wake = (): void => {}
  let news = false

  const signalNews = (): void => {
    if (news) return
    news = true
    wake()
  }
  const waitingTimer = createFillTimer(run.clock, run.maxWaitMs, signalNews)
  const readyTimer = createFillTimer(run.clock, run.maxWaitMs, signalNews)
  const fail = (error: unknown): void => {
    failure ??= { error }
  }
  // What was pulled before the source broke is still written.
  const puller = createRowPuller(iterator, { onRow: accept, onError: fail, onNews: signalNews })

  function emit(one: SettledRow): void {
    settled.push(one)
    if (one.outcome.status !== 'failed') return
    failures += 1
    if (failures >= run.stopAfterFailures) stop('failures')
  }

  function stop(reason: 'aborted' | 'failures'): void {
    if (stopped !== undefined) return
    stopped = reason === 'failures' ? 'dropping' : 'draining'
    if (!puller.ended) run.onStopped(reason)
    if (reason === 'failures') emitNotRun([...waiting.drop(), ...ready.drop()])
  }

  function emitNotRun(rows: readonly PendingRow[]): void {
    for (const row of rows) {
      for (const each of [...row.earlier, row]) settled.push(settledRow(each, { status: 'not-run' }))
    }
  }

  function onAbort(): void {
    if (run.onAbort === 'drain') stop('aborted')
    else abandon(run.signal?.reason)
    signalNews()
  }

  function abandon(error: unknown): void {
    fail(error)
    stopped = 'dropping'
    waiting.drop()
    ready.drop()
    run.abandon.abort(error)
  }

  function accept(row: Row): void {
    const prepared = run.prepare(row, index++)
    if ('outcome' in prepared) emit(prepared)
    // A row that was asked for before the run was stopped.
    else if (stopped !== undefined) emitNotRun([prepared])
    else waiting.add(prepared)
  }

  const settle: Settle = (row, outcome, versions) => {
    waiting.release(row)
    if (versions !== undefined) versions.forEach(emit)
    else {
      for (const each of row.earlier) emit(replaced(each, row, outcome))
      emit(settledRow(row, outcome))
    }
    signalNews()
  }

  /** Rows that one look or, where nothing is looked up, one request takes. */
  function mostWaiting(): number {
    return run.compare === undefined ? run.writtenRows() : run.comparedRows
  }

  function isWaitingFull(): boolean {
    return waiting.openRows >= mostWaiting() || waiting.openBytes >= run.maxBatchBytes
  }

  function hasRoom(): boolean {
    return stopped === undefined && !isWaitingFull() && waiting.parkedRows < mostWaiting()
  }

  /** Whether the open request is sent as it is: it is full, has waited long enough, or nothing can join it any more. */
  function isWaitingClosed(): boolean {
    return waitingTimer.due || puller.ended || !hasRoom()
  }

  function isReadyClosed(): boolean {
    const full = ready.count >= run.writtenRows() || ready.bytes >= run.maxBatchBytes
    return full || readyTimer.due || (comparing === 0 && waiting.openRows === 0 && isWaitingClosed())
  }

  function start(work: () => Promise<void>): void {
    const slot: Promise<void> = limit(work)
      .catch(abandon)
      .finally(() => {
        slots.delete(slot)
        signalNews()
      })
    slots.add(slot)
  }

  async function compare(rows: readonly PendingRow[]): Promise<void> {
    try {
      const differing = await run.compare!(rows, settle)
      if (stopped === 'dropping') emitNotRun(differing)
      else ready.add(differing)
    } finally {
      comparing -= 1
    }
  }

  /** Starts one request, if one is due. What was compared goes first, so that it never piles up. */
  function startNext(): boolean {
    if (ready.count > 0 && isReadyClosed()) {
      readyTimer.reset()
      const rows = ready.take(run.writtenRows(), run.maxBatchBytes)
      start(() => run.write(rows, settle))
      return true
    }
    if (waiting.openRows === 0 || !isWaitingClosed()) return false
    waitingTimer.reset()
    const rows = waiting.take()
    if (run.compare !== undefined) comparing += 1
    start(() => (run.compare === undefined ? run.write(rows, settle) : compare(rows)))
    return true
  }

  if (run.signal?.aborted) onAbort()
  else run.signal?.addEventListener('abort', onAbort, { once: true })

  return {
    dispatch() {
      news = false
      limit.concurrency = Math.max(1, run.concurrency())
      do puller.pull(hasRoom)
      while (slots.size < limit.concurrency && startNext())
      if (waiting.openRows > 0) waitingTimer.start()
      if (ready.count > 0) readyTimer.start()
    },
    takeSettled() {
      const taken = settled
      settled = []
      return taken
    },
    finished: () =>
      slots.size === 0 &&
      waiting.openRows + waiting.parkedRows + ready.count === 0 &&
      (puller.ended || stopped !== undefined),
    async somethingNew() {
      if (news) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    },
    throwFailure() {
      if (failure !== undefined) throw failure.error
    },
    async close() {
      run.signal?.removeEventListener('abort', onAbort)
      waitingTimer.close()
      readyTimer.close()
      if (slots.size > 0) run.abandon.abort()
      await Promise.all(slots)
      await puller.close()
    },
  }
}
