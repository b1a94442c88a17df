import { DataverseError } from '@deltaverse/core'
import { keyValues } from '../plan/key-values.js'
import type { RunPlan } from '../plan/run-plan.js'
import { changedOf } from '../row/row-facts.js'
import { conflictOf } from './conflict.js'
import type { SettledRow } from './row-outcome.js'
import { noProblems } from './row-problem.js'
import type { WriteResult } from './write-result.js'

/** The result that the caller sees. */
export function toResult(plan: RunPlan, { of, attempts, outcome }: SettledRow): WriteResult {
  const { status, id, stored, error, step, supersededBy, problems } = outcome
  const origin = plan.origins?.get(of.row)
  const pending = 'state' in of ? of : undefined
  const all = {
    index: of.index,
    // Of a translated row that could not be made ready the key is known all the same.
    key: keyValues(plan, pending?.keyed ?? (origin && of.row)),
    row: (origin?.row ?? of.row) as typeof of.row,
    ...(origin?.place === undefined ? {} : { place: origin.place }),
    ...(id === undefined ? {} : { id }),
    ...(stored === undefined ? {} : { stored }),
    attempts,
  }
  if (status === 'failed') {
    const conflict = conflictOf(error)
    return {
      ...all,
      status,
      error: error ?? unexplained(of.index),
      problems: problems ?? origin?.problems ?? noProblems,
      ...(conflict === undefined ? {} : { conflict }),
      ...(step === undefined ? {} : { step }),
    }
  }
  if (status === 'superseded') return { ...all, status, supersededBy: supersededBy ?? of.index }
  if (status === 'unchanged') return { ...all, status }
  if (status === 'not-run') return { ...all, status }
  const changed = pending === undefined ? undefined : changedOf(pending)
  return { ...all, status, ...(status === 'updated' && changed !== undefined ? { changed } : {}) }
}

function unexplained(index: number): DataverseError {
  return new DataverseError(`Row ${index} was not written, and nothing says why. Write it again.`, {
    code: 'bad-response',
    retryable: true,
  })
}
