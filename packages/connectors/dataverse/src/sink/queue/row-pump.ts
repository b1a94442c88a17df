import type { Row } from '@deltaverse/core'
import type { Settle, SettledRow } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import { createBatcher } from './batcher.js'
import { createNews } from './news.js'
import { createOutlet } from './outlet.js'
import type { PumpRun } from './pump-run.js'
import { createRowPuller } from './row-puller.js'
import { createSlots } from './slots.js'
import { createStopPolicy } from './stop-policy.js'

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
  const news = createNews()
  const batcher = createBatcher(run, news.tell)
  const outlet = createOutlet(() => policy.countFailure())
  const slots = createSlots((error) => policy.giveUp(error), news.tell)
  // What was pulled before the source broke is still written.
  const puller = createRowPuller(iterator, {
    onRow: accept,
    onError: (error) => policy.fail(error),
    onNews: news.tell,
  })
  const policy = createStopPolicy({ ...run, onStopped, onGivenUp })
  let index = 0

  function onStopped(reason: 'aborted' | 'failures'): void {
    if (!puller.ended) run.onStopped(reason)
    if (reason === 'failures') outlet.addNotRun(batcher.drop())
    news.tell()
  }

  function onGivenUp(error: unknown): void {
    batcher.drop()
    run.abandon.abort(error)
    news.tell()
  }

  function accept(row: Row): void {
    const prepared = run.prepare(row, index++)
    if ('outcome' in prepared) outlet.add(prepared)
    // A row that was asked for before the run was stopped.
    else if (policy.stopped !== undefined) outlet.addNotRun([prepared])
    else run.waiting.add(prepared)
  }

  const settle: Settle = (row, outcome, versions) => {
    run.waiting.release(row)
    if (versions === undefined) outlet.addVersions(row, outcome)
    else versions.forEach(outlet.add)
    news.tell()
  }

  async function compare(rows: readonly PendingRow[]): Promise<void> {
    try {
      const differing = (await run.compare?.(rows, settle)) ?? rows
      if (policy.stopped === 'dropping') outlet.addNotRun(differing)
      else batcher.addCompared(differing)
    } finally {
      batcher.endComparison()
    }
  }

  function startNext(): boolean {
    const next = batcher.next(!puller.ended && policy.stopped === undefined)
    if (next === undefined) return false
    slots.start(() => (next.kind === 'write' ? run.write(next.rows, settle) : compare(next.rows)))
    return true
  }

  return {
    dispatch() {
      news.forget()
      slots.limitTo(run.concurrency())
      do puller.pull(() => policy.stopped === undefined && batcher.hasRoom)
      while (slots.hasRoom && startNext())
      batcher.startTimers()
    },
    takeSettled: outlet.take,
    finished: () => slots.areEmpty && batcher.isEmpty && (puller.ended || policy.stopped !== undefined),
    somethingNew: news.wait,
    throwFailure: policy.throwFailure,
    async close() {
      policy.close()
      batcher.close()
      if (!slots.areEmpty) run.abandon.abort()
      await slots.drain()
      await puller.close()
    },
  }
}
