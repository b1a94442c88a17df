import type { DataverseError, Row } from '@deltaverse/contract'
import { conflictOf, judgeAnswer } from './judge-answer.js'
import type { PendingRow } from './pending-row.js'
import type { RowAnswer } from './row-answer.js'
import type { RunContext } from './run-context.js'
import { sendSingle } from './send-single.js'
import { verifyCreated } from './verify-created.js'
import type { WriteStep } from './wire-call.js'
import type { WriteResult, WriteStatus } from './write-result.js'

/** Takes the result of a row; the row is no longer under way then. */
export type Settle = (row: PendingRow, result: WriteResult) => void

/** Writes the rows of one slot to the end: every row is settled, or the whole run fails. */
export async function writeRows(
  context: RunContext,
  rows: readonly PendingRow[],
  settle: Settle,
): Promise<void> {
  for (const row of rows) await writeRow(context, row, settle)
}

async function writeRow(context: RunContext, row: PendingRow, settle: Settle): Promise<void> {
  let outcome = await attempt(context, row, { kind: 'first' })
  if ('error' in outcome) {
    settle(row, toFailure(row, outcome.error))
    return
  }
  for (const columns of row.followUps) {
    const followed = await attempt(context, row, { kind: 'follow-up', columns })
    if ('error' in followed) {
      settle(row, {
        ...toFailure(row, followed.error),
        ...(outcome.id === undefined ? {} : { id: outcome.id }),
        step: 'state',
      })
      return
    }
    outcome = { ...outcome }
  }
  settle(row, toResult(row, outcome.status, outcome.id))
}

type Outcome = { status: WriteStatus; id?: string | undefined } | { error: DataverseError }

async function attempt(context: RunContext, row: PendingRow, step: WriteStep): Promise<Outcome> {
  for (;;) {
    row.attempts += 1
    const answer: RowAnswer = await sendSingle(context, row, step)
    const judgement = judgeAnswer(context.plan, row, step, answer)
    switch (judgement.kind) {
      case 'done':
        return { status: judgement.status, id: judgement.id ?? row.id }
      case 'failed':
        return { error: judgement.error }
      case 'verify':
        return (await verifyCreated(context, row))
          ? { status: 'created', id: row.id }
          : { error: judgement.error }
      case 'again':
        if (judgement.wait === 'back-off')
          await context.backOff(row.failures.passing + row.failures.ambiguous)
        else if (judgement.wait !== 'none') context.pause(judgement.wait.retryAfterMs)
    }
  }
}

/** The result of a row that was written. */
export function toResult(row: PendingRow, status: WriteStatus, id: string | undefined): WriteResult {
  return {
    index: row.index,
    key: row.key,
    status,
    row: row.row,
    ...(id === undefined ? {} : { id }),
    attempts: row.attempts,
  }
}

/** The result of a row that was not. */
export function toFailure(
  row: Pick<PendingRow, 'index' | 'key' | 'row' | 'attempts' | 'id'>,
  error: DataverseError,
): WriteResult<Row> {
  const conflict = conflictOf(error)
  return {
    index: row.index,
    key: row.key,
    status: 'failed',
    row: row.row,
    ...(row.id === undefined ? {} : { id: row.id }),
    error,
    ...(conflict === undefined ? {} : { conflict }),
    attempts: row.attempts,
  }
}
