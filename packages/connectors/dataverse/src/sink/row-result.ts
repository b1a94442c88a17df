import { conflictOf } from './judge-answer.js'
import type { Columns } from './pending-row.js'
import type { RunPlan } from './prepare-row.js'
import type { SettledRow } from './row-outcome.js'
import type { WriteResult } from './write-result.js'

/** The result that the caller sees. */
export function toResult(plan: RunPlan, { row, outcome }: SettledRow): WriteResult {
  const { index, attempts, changed } = row
  const { status, id, stored, error, step, supersededBy } = outcome
  const conflict = conflictOf(error)
  return {
    index,
    key: keyValues(plan, row.keyed),
    status,
    row: row.row,
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

/** Values of the key columns, under the names by which the caller knows them. */
export function keyValues(
  { key, table }: Pick<RunPlan, 'key' | 'table'>,
  keyed: Columns | undefined,
): Columns {
  // A row that could not be made ready may be no object at all.
  if (keyed === undefined) return {}
  if (key === undefined) return { [table.primaryIdColumn]: keyed[table.primaryIdColumn] }
  const found: Record<string, unknown> = {}
  for (const { given, names } of key.columns) {
    const name = names.find((each) => keyed[each] !== undefined)
    found[given] = name === undefined ? undefined : keyed[name]
  }
  return found
}
