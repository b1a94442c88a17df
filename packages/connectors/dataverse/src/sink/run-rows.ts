import { setMaxListeners } from 'node:events'
import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, isDataverseError, type Row } from '@deltaverse/core'
import { planRows } from './dry-run.js'
import { explainMissing, mayPointNowhere } from './lookup/explain-missing.js'
import { locateRows } from './lookup/locate-rows.js'
import { createClearing } from './plan/clearing.js'
import { comparesFirst } from './plan/compares-first.js'
import { createRunContext, type RunContext } from './plan/run-context.js'
import type { RunPlan } from './plan/run-plan.js'
import { pumpRows } from './queue/pump-rows.js'
import type { RowSource } from './queue/row-source.js'
import { createWaitingRows } from './queue/waiting-rows.js'
import { problemsError } from './result/problems-error.js'
import type { Settle, SettledRow } from './result/row-outcome.js'
import { noProblems } from './result/row-problem.js'
import type { RunEvent, TakeEvents } from './result/write-event.js'
import type { WriteSummary } from './result/write-result.js'
import { createTally } from './result/write-tally.js'
import { mergeVersions } from './row/merge-versions.js'
import type { PendingRow } from './row/pending-row.js'
import { prepareRow } from './row/prepare-row.js'
import { writeRows } from './write-rows.js'

// A ceiling of more than 100 was never seen; it also bounds the memory of a client without a governor.
const maxConcurrency = 100

// Rows that are compared are read many at a time, however few of them are written then. It takes some requests already.
const comparedRows = 1_000

/** What is done with the rows of a run. */
export interface RowWork {
  /** `write` writes them, `plan` says what a write would do. */
  readonly kind: 'write' | 'plan'
  /** Whether the caller sees the results of rows that were written. */
  readonly tellsResults: boolean
  /** Told of what happens on the way. */
  readonly onEvent?: TakeEvents<RunEvent> | undefined
}

/** Runs rows through the pump; returns what became of them all. */
export function runRows(
  client: DataverseClient,
  ofWriter: RunPlan,
  rows: RowSource<Row>,
  { kind, tellsResults, onEvent }: RowWork,
  call: CallOptions,
): AsyncGenerator<readonly SettledRow[], WriteSummary, undefined> {
  const writes = kind === 'write'
  const plan = writes ? { ...ofWriter, clearing: createClearing() } : ofWriter
  return runItems(
    client,
    plan,
    rows,
    {
      tellsResults,
      onEvent,
      prepare:
        plan.origins === undefined
          ? (row, index) => prepareRow(plan, row, index)
          : (row, index) => prepareTranslated(plan, row, index),
      compare: writes && comparesFirst(plan.options) ? locateRows : undefined,
      write: writes ? writeRows : planRows,
      merge: (earlier, later) => mergeVersions(plan, earlier, later),
      comparedRows,
      writesAllCompared: !writes,
    },
    call,
  )
}

/** What is done with the items of a run, rows or not. */
export interface ItemWork {
  readonly tellsResults: boolean
  readonly onEvent: TakeEvents<RunEvent> | undefined
  prepare(item: Row, index: number): PendingRow
  readonly compare:
    | ((context: RunContext, items: readonly PendingRow[], settle: Settle) => Promise<readonly PendingRow[]>)
    | undefined
  write(context: RunContext, items: readonly PendingRow[], settle: Settle): Promise<void>
  merge(earlier: PendingRow, later: PendingRow): PendingRow | undefined
  /** Items that are compared together at most. */
  readonly comparedRows: number
  /** Whether as many go into one `write` as are compared together, else as many as a request takes. */
  readonly writesAllCompared?: boolean
}

/** Runs items through the pump; returns what became of them all. */
export async function* runItems(
  client: DataverseClient,
  plan: RunPlan,
  items: RowSource<Row>,
  work: ItemWork,
  { signal }: CallOptions,
): AsyncGenerator<readonly SettledRow[], WriteSummary, undefined> {
  const { options } = plan
  const { tellsResults, compare, onEvent = () => {} } = work
  const abandon = new AbortController()
  // Every request under way listens to it, and Node warns of more than ten.
  setMaxListeners(0, abandon.signal)
  const context = createRunContext(client, plan, {
    signal: abandon.signal,
    tellsResults,
    tell: onEvent,
  })
  const tally = createTally()
  const pumped = pumpRows(items, {
    prepare: (item, index) => prepareOrReport(work, item, index),
    compare: compare === undefined ? undefined : (batch, settle) => compare(context, batch, settle),
    write: (batch, settle) => work.write(context, batch, settle),
    waiting: createWaitingRows(work.merge),
    comparedRows: work.comparedRows,
    writtenRows: work.writesAllCompared === true ? () => work.comparedRows : context.requestRows,
    maxBatchBytes: options.maxBatchBytes,
    maxWaitMs: options.maxWaitMs,
    concurrency: () => options.concurrency ?? Math.min(maxConcurrency, client.governor.ceiling),
    stopAfterFailures: options.stopAfterFailures,
    clock: options.clock,
    onAbort: options.onAbort,
    signal,
    abandon,
    onStopped: tally.stop,
  })
  for await (const pumpedRows of pumped) {
    const settled = pumpedRows.some(mayPointNowhere) ? await explainMissing(context, pumpedRows) : pumpedRows
    tally.add(settled)
    yield settled
  }
  return tally.summary(context.counts)
}

/** A row that could not be translated is that row's own failure. */
function prepareTranslated(plan: RunPlan, row: Row, index: number): PendingRow {
  const problems = plan.origins?.get(row)?.problems ?? noProblems
  if (problems.length > 0) throw problemsError(plan.table.logicalName, problems)
  return prepareRow(plan, row, index)
}

function prepareOrReport(work: ItemWork, row: Row, index: number): PendingRow | SettledRow {
  try {
    return work.prepare(row, index)
  } catch (error) {
    const outcome = { status: 'failed', error: toRowError(error, index) } as const
    return { kind: 'settled', of: { index, row }, attempts: 0, outcome }
  }
}

/** Whatever a row makes throw is that row's own: an invalid date, a circle, a `keyOf` that misses something. */
function toRowError(error: unknown, index: number): DataverseError {
  if (isDataverseError(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new DataverseError(`Row ${index} cannot be made ready to be sent: ${reason}. Mend the row.`, {
    code: 'bad-input',
    cause: error,
  })
}
