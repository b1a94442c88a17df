import type { ColumnPlan } from '../plan/column-plan.js'
import type { WriterColumn } from '../plan/table-port.js'

/** Columns that may have to be written in a request of their own. */
export const followUpNames: readonly string[] = ['statecode', 'statuscode', 'ownerid@odata.bind']

/** Whether a column stands in the address and must not stand in the body as well. */
export function isStripped({ table, key, options }: ColumnPlan, name: string): boolean {
  if (name === table.primaryIdColumn) return true
  if (options.operation === 'create' || key === undefined) return false
  return key.columns.some(({ names }) => names.includes(name))
}

/** The lookup that a row names by its column, or by what a read calls it (`_primarycontactid_value`). */
export function lookupOf({ table }: Pick<ColumnPlan, 'table'>, name: string): WriterColumn | undefined {
  const isValue = name.startsWith('_') && name.endsWith('_value')
  const column = table.columns.get(isValue ? name.slice(1, -6) : name)
  return column?.kind === 'lookup' || column?.kind === 'owner' ? column : undefined
}
