import { locateRows } from './lookup/locate-rows.js'
import type { RunContext } from './plan/run-context.js'
import { toChunks } from './request/channels.js'
import { runStep } from './response/run-step.js'
import type { StepOutcome } from './response/step-outcome.js'
import { failed, type Settle, type SettledRow } from './result/row-outcome.js'
import { noFailures, type PendingRow } from './row/pending-row.js'
import { prepareRow } from './row/prepare-row.js'

/** Writes the rows of one slot to the end: every row is settled, or the whole run fails. */
export async function writeRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  const failedMerges: PendingRow[] = []
  await writeVersions(context, rows, (row, outcome) => {
    // Versions that were put together may have failed because of one of them; then each has to be tried by itself.
    if (outcome.status === 'failed' && row.earlier.length > 0 && outcome.error?.retryable === false)
      failedMerges.push(row)
    else settle(row, outcome)
  })
  for (const row of failedMerges) await writeOneByOne(context, row, settle)
}

async function writeOneByOne(context: RunContext, row: PendingRow, settle: Settle): Promise<void> {
  const settled: SettledRow[] = []
  // Each as it was given, without what it took over from the versions before it.
  const versions = [...row.earlier, row].map((version) =>
    prepareRow(context.plan, version.row, version.index),
  )
  for (const version of versions) {
    await writeVersions(context, [version], (own, outcome) => settled.push({ row: own, outcome }))
  }
  const last = settled.pop()!
  row.attempts = last.row.attempts
  row.changed = last.row.changed
  settle(row, last.outcome, settled)
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
      if (outcome.kind === 'failed') settle(row, failed(row, outcome.error))
      else if (row.followUps.length > 0) written.set(row, outcome)
      else settle(row, outcome)
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
    for (const row of rows) row.failures = { ...noFailures, throttled: row.failures.throttled }
    await runStep(
      context,
      toChunks(context.plan, rows, step, context.requestRows()),
      step,
      (row, outcome) => {
        const first = written.get(row)!
        const last = at === row.followUps.length - 1
        if (outcome.kind === 'done' && !last) return
        written.delete(row)
        if (outcome.kind === 'done') settle(row, first)
        else settle(row, { status: 'failed', id: first.id ?? row.id, error: outcome.error, step: 'state' })
      },
    )
  }
}
