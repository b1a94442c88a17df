import { type DataverseError, isResponseError } from '@deltaverse/core'
import { classifyError } from '@deltaverse/protocol'
import type { RunPlan } from '../plan/run-plan.js'
import type { WriteStep } from '../plan/write-step.js'
import type { PendingRow } from '../row/pending-row.js'
import { columnsOf, hasRaced, isUncertain, locatedOf } from '../row/row-facts.js'
import { beUncertain, countFailure, findVanished, postpone, race } from '../row/row-steps.js'
import { postponeState } from '../row/wire-columns.js'
import type { RowAnswer } from './row-answer.js'

/** What follows from an answer. */
export type Judgement =
  | Extract<RowAnswer, { kind: 'done' }>
  | { readonly kind: 'failed'; readonly error: DataverseError }
  /** Send it again: at once, after a back-off, or after the wait that the service asked for. */
  | {
      readonly kind: 'again'
      readonly wait: 'none' | 'back-off' | { readonly retryAfterMs: number }
      /** The row has to be addressed anew. */
      readonly anew?: boolean
    }
  /** The row may have met what an earlier request of its own did: look whether it is there. */
  | { readonly kind: 'verify'; readonly error: DataverseError }

const maxAmbiguous = 2
const maxThrottled = 60
const rowGone = new Set(['0x80040217', '0x80060891'])

/** Decides what an answer means for a row, and notes it there. */
export function judgeAnswer(plan: RunPlan, row: PendingRow, step: WriteStep, answer: RowAnswer): Judgement {
  if (answer.kind === 'done') return answer
  if (answer.kind === 'not-run') return { kind: 'again', wait: 'none' }
  const { error, lost } = answer
  return judgeByCode(plan, row, step, error) ?? judgeByTime(plan, row, error, lost)
}

function judgeByCode(
  { options }: RunPlan,
  row: PendingRow,
  step: WriteStep,
  error: DataverseError,
): Judgement | undefined {
  const code = isResponseError(error) ? error.serviceCode : undefined
  if (code === undefined) return undefined
  const { operation } = options
  if (operation === 'delete' && rowGone.has(code)) {
    return { kind: 'done', status: isUncertain(row) ? 'deleted' : 'unchanged' }
  }
  if (step.kind === 'follow-up') return undefined
  if (code === '0x80040237' && (operation === 'create' || locatedOf(row).ownId))
    return { kind: 'verify', error }
  // Which of its keys a row that is sent again violates first is not documented.
  if (code === '0x80060892' && operation === 'create' && isUncertain(row)) return { kind: 'verify', error }
  if (code === '0x80060882' && isUncertain(row)) return { kind: 'verify', error }
  if (operation === 'upsert') return judgeUpsert(row, code)
  return undefined
}

function judgeUpsert(row: PendingRow, code: string): Judgement | undefined {
  if (code === '0x80048408') {
    const postponed = postponeState(columnsOf(row))
    if (postponed === undefined) return undefined
    postpone(row, postponed.columns, postponed.followUps)
    return { kind: 'again', wait: 'none' }
  }
  // Two upserts of one new key: the loser is told that the row exists, and finds it when it asks again (seen in the field).
  if ((code === '0x80040237' || code === '0x80060892') && !hasRaced(row)) {
    race(row)
    return { kind: 'again', wait: 'none', anew: true }
  }
  // The row was there when its columns were compared, and is gone: now all its columns are needed.
  if (rowGone.has(code) && findVanished(row)) {
    return { kind: 'again', wait: 'none', anew: true }
  }
  return undefined
}

function judgeByTime({ options }: RunPlan, row: PendingRow, error: DataverseError, lost: boolean): Judgement {
  if (lost) beUncertain(row)
  if (!error.retryable) return { kind: 'failed', error }
  if (error.code === 'throttled') {
    if (countFailure(row, 'throttled') > maxThrottled) return { kind: 'failed', error }
    return { kind: 'again', wait: waitOf(error) }
  }
  if (isAmbiguous(error)) {
    return countFailure(row, 'ambiguous') > maxAmbiguous
      ? { kind: 'failed', error }
      : { kind: 'again', wait: 'back-off' }
  }
  return countFailure(row, 'passing') >= options.maxAttempts
    ? { kind: 'failed', error }
    : { kind: 'again', wait: waitOf(error) }
}

function waitOf(error: DataverseError): 'back-off' | { readonly retryAfterMs: number } {
  const asked = isResponseError(error) ? error.retryAfterMs : undefined
  return asked === undefined || asked <= 0 ? 'back-off' : { retryAfterMs: asked }
}

/** Whether an error hides passing and lasting causes alike. */
export function isAmbiguous(error: DataverseError): boolean {
  if (!isResponseError(error)) return false
  return classifyError(error.status, { serviceCode: error.serviceCode, message: error.body ?? error.message })
    .ambiguous
}
