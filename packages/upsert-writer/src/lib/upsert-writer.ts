import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, isDataverseError, type Row } from '@deltaverse/contract'
import { mergeVersions } from './merge-versions.js'
import type { PendingRow } from './pending-row.js'
import { createRunPlanner, type RunPlanner } from './plan-run.js'
import { prepareRow } from './prepare-row.js'
import { pumpRows } from './pump-rows.js'
import { toFailure } from './row-result.js'
import type { RowSource } from './row-source.js'
import { createRunContext } from './run-context.js'
import { createWaitingRows } from './waiting-rows.js'
import type { WriteResult, WriteSummary } from './write-result.js'
import { writeRows } from './write-rows.js'
import { createTally } from './write-tally.js'
import {
  type ResolvedWriterOptions,
  resolveWriterOptions,
  type UpsertWriterOptions,
} from './writer-options.js'

/** What a call of {@link UpsertWriter.write} accepts. */
export interface WriteCallOptions<R extends object = Row> extends CallOptions {
  /** Told of every row that was not written, in the order in which they fail. Awaited. */
  readonly onFailed?: ((result: WriteResult<R>) => void | Promise<void>) | undefined
  /** Told of every result. Awaited. */
  readonly onResult?: ((result: WriteResult<R>) => void | Promise<void>) | undefined
}

/** Writes rows of one table. Make one and use it again; calls that run at the same time know nothing of each other. */
export interface UpsertWriter<R extends object = Row> {
  /**
   * Writes all rows. A row that cannot be written is a result and no exception.
   *
   * @throws DataverseError when no row can be written: `bad-request` for a key that is none or not `Active`, `not-found` for
   *   the table, `unauthorized`; what the source throws; `signal.reason` when the signal aborts and `onAbort` is `stop`
   */
  write(rows: RowSource<R>, call?: WriteCallOptions<R>): Promise<WriteSummary>
  /**
   * The same as an iterable of results, in the order in which rows come back: `index` tells their place. Rows are pulled
   * only while results are asked for. Its return value is the summary.
   */
  results(rows: RowSource<R>, call?: CallOptions): AsyncGenerator<WriteResult<R>, WriteSummary, undefined>
}

/**
 * Creates a writer for one table.
 *
 * @throws TypeError or RangeError for bad options
 */
export function createUpsertWriter<R extends object = Row>(
  client: DataverseClient,
  options: UpsertWriterOptions<R>,
): UpsertWriter<R> {
  const resolved = resolveWriterOptions(options)
  const planner = createRunPlanner(client, resolved)
  async function* results(
    rows: RowSource<R>,
    call: CallOptions = {},
  ): AsyncGenerator<WriteResult<R>, WriteSummary, undefined> {
    const run = runRows(client, resolved, planner, rows as RowSource<Row>, call)
    for (;;) {
      const step = await run.next()
      if (step.done === true) return step.value
      yield* step.value as readonly WriteResult<R>[]
    }
  }
  return {
    results,
    async write(rows, call = {}) {
      const { onFailed, onResult } = call
      const run = runRows(client, resolved, planner, rows as RowSource<Row>, call)
      try {
        for (;;) {
          const step = await run.next()
          if (step.done === true) return step.value
          if (onFailed === undefined && onResult === undefined) continue
          for (const result of step.value as readonly WriteResult<R>[]) {
            await onResult?.(result)
            if (result.status === 'failed' || result.status === 'not-run') await onFailed?.(result)
          }
        }
      } finally {
        await run.return(undefined as never)
      }
    },
  }
}

async function* runRows(
  client: DataverseClient,
  options: ResolvedWriterOptions,
  planner: RunPlanner,
  rows: RowSource<Row>,
  { signal }: CallOptions,
): AsyncGenerator<readonly WriteResult[], WriteSummary, undefined> {
  signal?.throwIfAborted()
  const plan = await planner({ signal })
  const abandon = new AbortController()
  const context = createRunContext(client, plan, abandon.signal)
  const tally = createTally()
  const pumped = pumpRows(rows, {
    prepare(row, index) {
      try {
        return prepareRow(plan, row, index)
      } catch (error) {
        if (!isDataverseError(error)) throw error
        return toFailure({ index, key: {}, row, attempts: 0, id: undefined }, error)
      }
    },
    write: (batch, settle) => writeRows(context, batch, settle),
    notRun,
    waiting: createWaitingRows((earlier, later) => mergeVersions(plan, earlier, later)),
    requestRows: () => options.sizer.rows(),
    maxBatchBytes: options.maxBatchBytes,
    maxWaitMs: options.maxWaitMs,
    concurrency: options.concurrency,
    stopAfterFailures: options.stopAfterFailures,
    clock: options.clock,
    onAbort: options.onAbort,
    signal,
    abandon,
    onStopped: tally.stop,
  })
  for await (const results of pumped) {
    tally.add(results)
    yield results
  }
  return tally.summary(context.counts)
}

function notRun(row: PendingRow): WriteResult {
  return { index: row.index, key: row.key, status: 'not-run', row: row.row, attempts: 0 }
}
