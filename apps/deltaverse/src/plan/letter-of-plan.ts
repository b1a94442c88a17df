import type { DeadLetter } from '@deltaverse/dataverse'
import type { PlanEntry } from './plan-entry.js'
import type { OpenedPlan } from './plan-file.js'

/** The letter of a planned row is one of the push: in the words of the source. */
export function letterOfPlan(
  letter: DeadLetter<object>,
  { source, place, key, do: what }: PlanEntry,
  { head }: OpenedPlan,
): DeadLetter<object> {
  const isOfSource = what === 'create' || what === 'update'
  return {
    ...letter,
    ...(isOfSource && { operation: head.push.operation }),
    ...(key !== undefined && { key }),
    ...(place !== undefined && { place }),
    row: source ?? letter.row,
  }
}
