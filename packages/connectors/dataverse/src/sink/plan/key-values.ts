import type { Columns } from './columns.js'
import type { RunPlan } from './run-plan.js'

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
