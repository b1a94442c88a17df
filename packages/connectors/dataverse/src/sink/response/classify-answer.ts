import { type DataverseError, isResponseError, type ResponseError } from '@deltaverse/core'
import { isRowGone, serviceCode } from '@deltaverse/protocol'
import type { RunPlan } from '../plan/run-plan.js'
import type { Wait } from '../plan/wait.js'
import type { WriteStep } from '../plan/write-step.js'
import { clearByProperty, clearingBinds } from '../row/cleared-lookups.js'
import type { PendingRow } from '../row/pending-row.js'
import { columnsOf, hasRaced, isUncertain, locatedOf } from '../row/row-facts.js'
import { beUncertain, countFailure, findVanished, postpone, race } from '../row/row-steps.js'
import { postponeState } from '../row/wire-columns.js'
import { planRetry } from './retry-plan.js'
import type { RowAnswer } from './row-answer.js'

/** What follows from an answer. */
export type Verdict =
  | Extract<RowAnswer, { kind: 'done' }>
  | { readonly kind: 'failed'; readonly error: DataverseError }
  /** Send it again: at once, after a back-off, or after the wait that the service asked for. */
  | {
      readonly kind: 'again'
      readonly wait: Wait
      /** The row has to be addressed anew. */
      readonly anew?: boolean
    }
  /** The row may have met what an earlier request of its own did: look whether it is there. */
  | { readonly kind: 'verify'; readonly error: DataverseError }

/** Decides what an answer means for a row, and notes it there. */
export function classifyAnswer(plan: RunPlan, row: PendingRow, step: WriteStep, answer: RowAnswer): Verdict {
  if (answer.kind === 'done') return answer
  if (answer.kind === 'not-run') return { kind: 'again', wait: 'none' }
  const { error, lost } = answer
  const verdict = classifyByCode(plan, row, step, error) ?? classifyByTime(plan, row, error, lost)
  return verdict.kind === 'failed' && step.kind === 'first' && clearsOtherwise(plan, row, error)
    ? { kind: 'again', wait: 'none' }
    : verdict
}

/** A row that clears a look-up may be refused for the form of it; then it is sent once more in the other form. */
function clearsOtherwise({ clearing }: RunPlan, row: PendingRow, error: DataverseError): boolean {
  if (clearing === undefined || clearing.form === 'bind' || !isResponseError(error)) return false
  if ((error.status !== 400 && error.status !== 500) || clearingBinds(row).length === 0) return false
  clearByProperty(row)
  clearing.retried.add(row)
  return true
}

function classifyByCode(
  { options, calls }: RunPlan,
  row: PendingRow,
  step: WriteStep,
  error: DataverseError,
): Verdict | undefined {
  if (!isResponseError(error)) return undefined
  if (calls !== undefined) {
    const status = calls.statusOfError(row, error)
    return status === undefined ? undefined : { kind: 'done', status }
  }
  const { serviceCode: code } = error
  const { operation } = options
  if (operation === 'delete' && isRowGone(error)) {
    return { kind: 'done', status: isUncertain(row) ? 'deleted' : 'unchanged' }
  }
  if (step.kind === 'follow-up') return undefined
  if (code === serviceCode.DuplicateRecord && (operation === 'create' || locatedOf(row).ownId))
    return { kind: 'verify', error }
  // Which of its keys a row that is sent again violates first is not documented.
  if (code === serviceCode.DuplicateRecordEntityKey && operation === 'create' && isUncertain(row))
    return { kind: 'verify', error }
  if (code === serviceCode.ConcurrencyVersionMismatch && isUncertain(row)) return { kind: 'verify', error }
  if (code === serviceCode.InvalidStateCodeStatusCode && operation !== 'update') return postponeRefused(row)
  if (operation === 'upsert') return classifyUpsert(row, error)
  return undefined
}

/** A row that may have been created is refused for its state, which then follows. */
function postponeRefused(row: PendingRow): Verdict | undefined {
  const postponed = postponeState(columnsOf(row))
  if (postponed === undefined) return undefined
  postpone(row, postponed.columns, postponed.followUps)
  return { kind: 'again', wait: 'none' }
}

function classifyUpsert(row: PendingRow, error: ResponseError): Verdict | undefined {
  const { serviceCode: code } = error
  // Two upserts of one new key: the loser is told that the row exists, and finds it when it asks again (seen in the field).
  if (
    (code === serviceCode.DuplicateRecord || code === serviceCode.DuplicateRecordEntityKey) &&
    !hasRaced(row)
  ) {
    race(row)
    return { kind: 'again', wait: 'none', anew: true }
  }
  // The row was there when its columns were compared, and is gone: now all its columns are needed.
  if (isRowGone(error) && findVanished(row)) {
    return { kind: 'again', wait: 'none', anew: true }
  }
  return undefined
}

function classifyByTime(
  { options }: RunPlan,
  row: PendingRow,
  error: DataverseError,
  lost: boolean,
): Verdict {
  if (lost) beUncertain(row)
  const plan = planRetry(error, options.maxAttempts, (kind) => countFailure(row, kind))
  return plan?.kind === 'again' ? plan : { kind: 'failed', error }
}
