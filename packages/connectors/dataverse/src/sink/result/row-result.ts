import { keyValues } from '../plan/key-values.js'
import type { RunPlan } from '../plan/run-plan.js'
import { conflictOf } from './conflict.js'
import type { SettledRow } from './row-outcome.js'
import type { WriteResult } from './write-result.js'

/** The result that the caller sees. */
export function toResult(
  plan: RunPlan,
  { index, row, keyed, attempts, changed, outcome }: SettledRow,
): WriteResult {
  const { status, id, stored, error, step, supersededBy } = outcome
  const conflict = conflictOf(error)
  return {
    index,
    key: keyValues(plan, keyed),
    status,
    row,
    ...(id === undefined ? {} : { id }),
    ...(status === 'updated' && changed !== undefined ? { changed } : {}),
    ...(stored === undefined ? {} : { stored }),
    ...(error === undefined ? {} : { error }),
    ...(conflict === undefined ? {} : { conflict }),
    ...(step === undefined ? {} : { step }),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    attempts,
  }
}
