import { setMaxListeners } from 'node:events'
import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, isDataverseError, type Row } from '@deltaverse/contract'
import { planRows } from './dry-run.js'
import { mergeVersions } from './merge-versions.js'
import type { PendingRow } from './pending-row.js'
import { prepareRow, type RunPlan } from './prepare-row.js'
import { pumpRows } from './pump-rows.js'
import { toFailure } from './row-result.js'
import type { RowSource } from './row-source.js'
import { createRunContext, type RunContext } from './run-context.js'
import { createWaitingRows } from './waiting-rows.js'
import type { WriteResult, WriteSummary } from './write-result.js'
import type { Settle } from './write-rows.js'
import { createTally } from './write-tally.js'

/** What is done with the rows of one slot. */
export type SlotWork = (context: RunContext, rows: readonly PendingRow[], settle: Settle) => Promise<void>

// A ceiling of more than 100 was never seen; it also bounds the memory of a client without a governor.
const maxConcurrency = 100

// Rows that are compared first are read many at a time, however few of them are written then.
const comparedRows = 500

/** Runs rows through the pump; returns what became of them all. */
export async function* runRows(
  client: DataverseClient,
  plan: RunPlan,
  rows: RowSource<Row>,
  work: SlotWork,
  { signal }: CallOptions,
): AsyncGenerator<readonly WriteResult[], WriteSummary, undefined> {
  const { options } = plan
  const abandon = new AbortController()
  // Every request under way listens to it, and Node warns of more than ten.
  setMaxListeners(0, abandon.signal)
  const context = createRunContext(client, plan, abandon.signal)
  const compares = options.skipUnchanged || work === planRows
  const tally = createTally()
  const pumped = pumpRows(rows, {
    prepare: (row, index) => prepareOrReport(plan, row, index),
    write: (batch, settle) => work(context, batch, settle),
    notRun: ({ index, key, row }) => ({ index, key, status: 'not-run', row, attempts: 0 }),
    waiting: createWaitingRows((earlier, later) => mergeVersions(plan, earlier, later)),
    slotRows: () => Math.max(context.requestRows(), compares ? comparedRows : 1),
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
  for await (const results of pumped) {
    tally.add(results)
    yield results
  }
  return tally.summary(context.counts)
}

function prepareOrReport(plan: RunPlan, row: Row, index: number): PendingRow | WriteResult {
  try {
    return prepareRow(plan, row, index)
  } catch (error) {
    return toFailure({ index, key: {}, row, attempts: 0, id: undefined }, toRowError(error, index))
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
