import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions, Row } from '@deltaverse/core'
import { type PlannedWrite, toPlannedWrite } from './dry-run.js'
import { createRunPlanner } from './plan/plan-run.js'
import type { RunPlan } from './plan/run-plan.js'
import { impersonationHeaders } from './plan/service-options.js'
import { mapSource, type RowSource } from './queue/row-source.js'
import { type DeadLetter, formatDeadLetter, mayBeWritten, rowOfDeadLetter } from './result/dead-letter.js'
import type { SettledRow } from './result/row-outcome.js'
import { toResult } from './result/row-result.js'
import type { RunEvent, TakeEvents, WriteEvent } from './result/write-event.js'
import type { WriteResult, WriteSummary } from './result/write-result.js'
import { runRows } from './run-rows.js'
import { toWriterSettings, type UpsertWriterOptions } from './writer-options.js'

/** What a call of {@link UpsertWriter.write} accepts. */
export interface WriteCallOptions<R extends object = Row> extends CallOptions {
  /** Writes in the name of this user (Entra object id), for this call only. Default: that of the writer. */
  readonly actAs?: string | undefined
  /**
   * Told of rows that were not written, in the order in which they fail, and of what happens on the way. Awaited, one row at a
   * time. Default: nobody.
   */
  readonly onEvent?: TakeEvents<WriteEvent<R>> | undefined
  /** Whether `onEvent` is told of rows that were written as well. That costs reading their ids from the answers. Default: false. */
  readonly everyRow?: boolean | undefined
}

/** What a call of {@link UpsertWriter.results} accepts. */
export interface ResultsCallOptions extends Pick<WriteCallOptions, 'signal' | 'actAs'> {
  /** Told of what happens on the way; rows come as results. Awaited. Default: nobody. */
  readonly onEvent?: TakeEvents<RunEvent> | undefined
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
  results(
    rows: RowSource<R>,
    call?: ResultsCallOptions,
  ): AsyncGenerator<WriteResult<R>, WriteSummary, undefined>
  /** Says of each row what a write would do, by comparing it with the table; writes nothing. */
  dryRun(rows: RowSource<R>, call?: CallOptions): AsyncGenerator<PlannedWrite<R>, void, undefined>
  /** A failed result as plain JSON, with all that is needed to correct and replay the row. */
  toDeadLetter(result: WriteResult<R>): DeadLetter<R>
  /** Writes the rows of dead letters again. */
  replay(letters: RowSource<DeadLetter<R>>, call?: WriteCallOptions<R>): Promise<WriteSummary>
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
  const resolved = toWriterSettings(options)
  const planRun = createRunPlanner(client, resolved)

  async function* results(
    rows: RowSource<R>,
    call: ResultsCallOptions = {},
  ): AsyncGenerator<WriteResult<R>, WriteSummary, undefined> {
    call.signal?.throwIfAborted()
    const plan = withUser(await planRun(call), call.actAs)
    const work = { kind: 'write', tellsResults: true, onEvent: call.onEvent } as const
    const run = runRows(client, plan, rows as RowSource<Row>, work, call)
    try {
      for (;;) {
        const step = await run.next()
        if (step.done === true) return step.value
        for (const settled of step.value) yield resultOf(plan, settled)
      }
    } finally {
      await run.return(undefined as never)
    }
  }

  async function writeAll(
    plan: RunPlan,
    rows: RowSource<Row>,
    call: WriteCallOptions<R>,
  ): Promise<WriteSummary> {
    const { onEvent, everyRow = false, actAs } = call
    const tellsResults = onEvent !== undefined && everyRow
    const work = { kind: 'write', tellsResults, onEvent } as const
    const run = runRows(client, withUser(plan, actAs), rows, work, call)
    try {
      for (;;) {
        const step = await run.next()
        if (step.done === true) return step.value
        for (const settled of step.value) {
          const { status } = settled.outcome
          const kind = status === 'failed' || status === 'not-run' ? 'row-failed' : 'row-done'
          if (kind === 'row-failed' || tellsResults)
            await onEvent?.({ kind, result: resultOf(plan, settled) })
        }
      }
    } finally {
      await run.return(undefined as never)
    }
  }

  function resultOf(plan: RunPlan, settled: SettledRow): WriteResult<R> {
    return toResult(plan, settled) as WriteResult<R>
  }

  return {
    results,
    async write(rows, call = {}) {
      call.signal?.throwIfAborted()
      return writeAll(await planRun(call), rows as RowSource<Row>, call)
    },
    async *dryRun(rows, call = {}) {
      call.signal?.throwIfAborted()
      const plan = await planRun(call)
      const work = { kind: 'plan', tellsResults: true } as const
      for await (const planned of runRows(client, plan, rows as RowSource<Row>, work, call)) {
        for (const settled of planned) yield toPlannedWrite(plan, resultOf(plan, settled))
      }
    },
    toDeadLetter: (result) => formatDeadLetter(result, resolved),
    async replay(letters, call = {}) {
      call.signal?.throwIfAborted()
      const plan = await planRun(call)
      const { entitySet, operation } = resolved
      const { primaryIdColumn } = plan.table
      const ownIds = new WeakSet<Row>()
      const rows = mapSource(letters, (letter) => {
        const row = rowOfDeadLetter(letter, { entitySet, operation, primaryIdColumn })
        if (row !== letter.row || mayBeWritten(letter)) ownIds.add(row)
        return row
      })
      return writeAll({ ...plan, ownIds }, rows, call)
    },
  }
}

function withUser(plan: RunPlan, actAs: string | undefined): RunPlan {
  if (actAs === undefined) return plan
  const { service } = plan.options
  const headers = { ...service.headers, ...impersonationHeaders(actAs) }
  return { ...plan, options: { ...plan.options, service: { ...service, headers } } }
}
