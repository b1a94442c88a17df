import { checkCleared, isLookedAt } from './lookup/check-cleared.js'
import { locateRows } from './lookup/locate-rows.js'
import type { Clearing } from './plan/clearing.js'
import type { RunContext } from './plan/run-context.js'
import { toChunks } from './request/channels.js'
import { needsIdOf } from './request/wire-call.js'
import { runStep } from './response/run-step.js'
import {
  type RowOutcome,
  type Settle,
  type SettledRow,
  settled,
  type TakeOutcome,
} from './result/row-outcome.js'
import { clearByProperty, clearingBinds } from './row/cleared-lookups.js'
import { onlyParties } from './row/party-columns.js'
import type { PendingRow } from './row/pending-row.js'
import { prepareRow } from './row/prepare-row.js'
import { contentOf } from './row/row-facts.js'
import { findPresent, forgetFailures } from './row/row-steps.js'

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
  const versions: SettledRow[] = []
  // Each as it was given, without what it took over from the versions before it.
  for (const version of [...row.earlier, row]) {
    const own = prepareRow(context.plan, version.row, version.index)
    await writeVersions(context, [own], (_, outcome) => versions.push(settled(own, outcome)))
  }
  settle(row, { status: versions.at(-1)?.outcome.status ?? 'not-run' }, versions)
}

async function writeVersions(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  const located = await locateRows(context, rows, settle)
  const written = new Map<PendingRow, RowOutcome>()
  await writeFirst(context, located, (row, outcome) => {
    const follows = outcome.status !== 'failed' && contentOf(row).followUps.length > 0
    if (!follows) {
      settle(row, outcome)
      return
    }
    if (outcome.id !== undefined && needsIdOf(context.plan, row)) findPresent(row, outcome.id)
    written.set(row, outcome)
  })
  await writeFollowUps(context, written, settle)
}

/** The first requests; look-ups that they clear are looked after as long as it is not known in which form that works. */
async function writeFirst(
  context: RunContext,
  rows: readonly PendingRow[],
  take: TakeOutcome,
): Promise<void> {
  const { clearing } = context.plan
  if (clearing?.form === 'property') {
    for (const row of rows) if (clearingBinds(row).length > 0) clearByProperty(row)
  }
  const doubtful = new Map<PendingRow, RowOutcome>()
  let refusing: Clearing | undefined
  const step = { kind: 'first' } as const
  await runStep(context, toChunks(context.plan, rows, step, context.requestRows()), step, (row, outcome) => {
    if (clearing !== undefined && clearing.retried.size > 0 && clearing.retried.delete(row)) {
      if (outcome.status !== 'failed' && clearing.form !== 'property') refusing = clearing
    }
    if (isLookedAt(context, row, outcome)) doubtful.set(row, outcome)
    else take(row, outcome)
  })
  if (refusing !== undefined) {
    refusing.form = 'property'
    await context.tell({ kind: 'clearing-changed', reason: 'refused' })
  }
  await checkCleared(context, doubtful, take)
}

/** The requests that follow the first: an owner, parties, a state. They only ever update. */
async function writeFollowUps(
  context: RunContext,
  written: Map<PendingRow, RowOutcome>,
  settle: Settle,
): Promise<void> {
  for (let at = 0; written.size > 0; at += 1) {
    const step = { kind: 'follow-up', at } as const
    const rows = [...written.keys()]
    rows.forEach(forgetFailures)
    await runStep(
      context,
      toChunks(context.plan, rows, step, context.requestRows()),
      step,
      (row, outcome) => {
        const isFailed = outcome.status === 'failed'
        const isLast = at === contentOf(row).followUps.length - 1
        if (!isFailed && !isLast) return
        const first = written.get(row) ?? outcome
        written.delete(row)
        const step = onlyParties(context.plan.table, contentOf(row).followUps[at]) ? 'parties' : 'state'
        settle(row, isFailed ? { ...outcome, id: first.id ?? outcome.id, step } : first)
      },
    )
  }
}
