import { keyValues } from '../plan/key-values.js'
import type { RunPlan } from '../plan/run-plan.js'
import { changedOf } from '../row/row-facts.js'
import { conflictOf } from './conflict.js'
import type { SettledRow } from './row-outcome.js'
import type { WriteResult } from './write-result.js'

/** The result that the caller sees. */
export function toResult(plan: RunPlan, { of, attempts, outcome }: SettledRow): WriteResult {
  const { status, id, stored, error, step, supersededBy } = outcome
  const conflict = conflictOf(error)
  const pending = 'state' in of ? of : undefined
  const changed = pending === undefined ? undefined : changedOf(pending)
  return {
    index: of.index,
    key: keyValues(plan, pending?.keyed),
    status,
    row: of.row,
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
