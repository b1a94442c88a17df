import { toChunks } from './channels.js'
import { locateRows } from './locate-rows.js'
import type { PendingRow } from './pending-row.js'
import { prepareRow } from './prepare-row.js'
import { toFailure, toResult } from './row-result.js'
import type { RunContext } from './run-context.js'
import { runStep, type StepOutcome } from './run-step.js'
import type { WriteResult } from './write-result.js'

/**
 * Takes the result of a row, which is no longer under way then. The versions that it took the place of are superseded, unless
 * they had to be written by themselves: then their own results come along.
 */
export type Settle = (row: PendingRow, result: WriteResult, earlier?: readonly WriteResult[]) => void

/** Writes the rows of one slot to the end: every row is settled, or the whole run fails. */
export async function writeRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  const failedMerges: PendingRow[] = []
  await writeVersions(context, rows, (row, result) => {
    // Versions that were put together may have failed because of one of them; then each has to be tried by itself.
    if (result.status === 'failed' && row.earlier.length > 0 && result.error?.retryable === false)
      failedMerges.push(row)
    else settle(row, result)
  })
  for (const row of failedMerges) await writeOneByOne(context, row, settle)
}

async function writeOneByOne(context: RunContext, row: PendingRow, settle: Settle): Promise<void> {
  const results: WriteResult[] = []
  // Each as it was given, without what it took over from the versions before it.
  const versions = [...row.earlier, row].map((version) =>
    prepareRow(context.plan, version.row, version.index),
  )
  for (const version of versions) {
    await writeVersions(context, [version], (_, result) => results.push(result))
  }
  const last = results.pop()!
  settle(row, last, results)
}

async function writeVersions(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  const located = await locateRows(context, rows, settle)
  const written = new Map<PendingRow, Extract<StepOutcome, { kind: 'done' }>>()
  await runStep(
    context,
    toChunks(context.plan, located, { kind: 'first' }, context.requestRows()),
    { kind: 'first' },
    (row, outcome) => {
      if (outcome.kind === 'failed') settle(row, toFailure(row, outcome.error))
      else if (row.followUps.length > 0) written.set(row, outcome)
      else settle(row, toResult(row, outcome.status, outcome.id))
    },
  )
  await writeFollowUps(context, written, settle)
}

/** The requests that follow the first: an owner, a state. They only ever update. */
async function writeFollowUps(
  context: RunContext,
  written: Map<PendingRow, Extract<StepOutcome, { kind: 'done' }>>,
  settle: Settle,
): Promise<void> {
  for (let at = 0; written.size > 0; at += 1) {
    const step = { kind: 'follow-up', at } as const
    const rows = [...written.keys()]
    for (const row of rows) row.failures.ambiguous = row.failures.passing = 0
    await runStep(
      context,
      toChunks(context.plan, rows, step, context.requestRows()),
      step,
      (row, outcome) => {
        const first = written.get(row)!
        const last = at === row.followUps.length - 1
        if (outcome.kind === 'done' && !last) return
        written.delete(row)
        if (outcome.kind === 'done') settle(row, toResult(row, first.status, first.id))
        else
          settle(row, {
            ...toFailure(row, outcome.error),
            ...(first.id === undefined ? {} : { id: first.id }),
            step: 'state',
          })
      },
    )
  }
}
