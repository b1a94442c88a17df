import type { Clock } from '@deltaverse/client'
import type { Row } from '@deltaverse/contract'
import pLimit from 'p-limit'
import { createFillTimer } from './fill-timer.js'
import type { PendingRow } from './pending-row.js'
import { createRowPuller } from './row-puller.js'
import { openSource, type RowSource } from './row-source.js'
import type { WaitingRows } from './waiting-rows.js'
import type { WriteResult } from './write-result.js'
import type { Settle } from './write-rows.js'

/** What the pump needs of a run. */
export interface PumpRun {
  /** Makes a row ready, or says at once what became of it. */
  prepare(row: Row, index: number): PendingRow | WriteResult
  /** Writes the rows of one request to the end. */
  write(rows: readonly PendingRow[], settle: Settle): Promise<void>
  /** What is said of a row that was never sent. */
  notRun(row: PendingRow): WriteResult
  readonly waiting: WaitingRows
  /** Rows that are written together at most; may change while the run goes on. */
  readonly slotRows: () => number
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

/**
 * Pulls rows while there is room, sends them, and hands out results in the order in which they come. At most `concurrency`
 * requests are under way and one is being filled; a consumer that does not ask for results stops the pulling.
 */
export async function* pumpRows(
  source: RowSource<Row>,
  run: PumpRun,
): AsyncGenerator<readonly WriteResult[], void> {
  run.signal?.throwIfAborted()
  const pump = createPump(openSource(source), run)
  try {
    for (;;) {
      pump.dispatch()
      const results = pump.takeResults()
      if (results.length > 0) yield results
      else if (pump.finished()) break
      else await pump.somethingNew()
    }
    pump.throwFailure()
  } finally {
    await pump.close()
  }
}

interface Pump {
  /** Pulls what can be had at once and starts what can be started. */
  dispatch(): void
  takeResults(): readonly WriteResult[]
  finished(): boolean
  somethingNew(): Promise<void>
  throwFailure(): void
  close(): Promise<void>
}

function createPump(iterator: AsyncIterator<Row> | Iterator<Row>, run: PumpRun): Pump {
  const { waiting } = run
  const limit = pLimit(Math.max(1, run.concurrency()))
  const slots = new Set<Promise<void>>()
  let results: WriteResult[] = []
  let index = 0
  let failures = 0
  let stopped = false
  let failure: { readonly error: unknown } | undefined
  let wake = (): void => {}
  let news = false

  const signalNews = (): void => {
    news = true
    wake()
  }
  const timer = createFillTimer(run.clock, run.maxWaitMs, signalNews)
  const fail = (error: unknown): void => {
    failure ??= { error }
  }
  // What was pulled before the source broke is still written.
  const puller = createRowPuller(iterator, { onRow: accept, onError: fail, onNews: signalNews })

  function emit(result: WriteResult): void {
    results.push(result)
    if (result.status !== 'failed') return
    failures += 1
    if (failures >= run.stopAfterFailures) stop('failures')
  }

  function stop(reason: 'aborted' | 'failures'): void {
    if (stopped) return
    stopped = true
    if (!puller.ended) run.onStopped(reason)
    if (reason === 'failures') for (const row of waiting.drop()) emitNotRun(row)
  }

  function emitNotRun(row: PendingRow): void {
    for (const each of [...row.earlier, row]) results.push(run.notRun(each))
  }

  function onAbort(): void {
    if (run.onAbort === 'drain') stop('aborted')
    else abandon(run.signal!.reason)
    signalNews()
  }

  function abandon(error: unknown): void {
    fail(error)
    stopped = true
    waiting.drop()
    run.abandon.abort(error)
  }

  function accept(row: Row): void {
    const prepared = run.prepare(row, index++)
    if ('status' in prepared) emit(prepared)
    // A row that was asked for before the run was stopped.
    else if (stopped) emitNotRun(prepared)
    else waiting.add(prepared)
  }

  function hasRoom(): boolean {
    return !stopped && !isFull() && waiting.parkedRows < run.slotRows()
  }

  function isFull(): boolean {
    return waiting.openRows >= run.slotRows() || waiting.openBytes >= run.maxBatchBytes
  }

  function start(): void {
    const rows = waiting.take()
    timer.reset()
    const slot: Promise<void> = limit(() =>
      run.write(rows, (row, result, earlier = row.earlier.map((each) => replaced(each, row, result))) => {
        waiting.release(row)
        for (const each of earlier) emit(each)
        emit(result)
        signalNews()
      }),
    )
      .catch(abandon)
      .finally(() => {
        slots.delete(slot)
        signalNews()
      })
    slots.add(slot)
  }

  if (run.signal?.aborted) onAbort()
  else run.signal?.addEventListener('abort', onAbort, { once: true })

  return {
    dispatch() {
      news = false
      limit.concurrency = Math.max(1, run.concurrency())
      for (;;) {
        puller.pull(hasRoom)
        const closed = isFull() || timer.due || puller.ended || stopped
        if (waiting.openRows === 0 || !closed || slots.size >= limit.concurrency) break
        start()
      }
      if (waiting.openRows > 0) timer.start()
    },
    takeResults() {
      const taken = results
      results = []
      return taken
    },
    finished: () =>
      slots.size === 0 && waiting.openRows === 0 && waiting.parkedRows === 0 && (puller.ended || stopped),
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
      timer.reset()
      if (slots.size > 0) run.abandon.abort()
      await Promise.all(slots)
      await puller.close()
    },
  }
}

/** What became of a version that another one took the place of: where that one failed, neither is in the table. */
function replaced(earlier: PendingRow, by: PendingRow, result: WriteResult): WriteResult {
  const { index, key, row } = earlier
  if (result.status === 'failed') return { ...result, index, key, row }
  return { index, key, status: 'superseded', row, supersededBy: by.index, attempts: 0 }
}
