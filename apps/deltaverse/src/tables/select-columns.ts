import type { TableMetadata } from '@deltaverse/metadata'
import { rowMemberOf } from '@deltaverse/metadata'
import { nearestName } from '@deltaverse/options'
import { UsageError } from '../program/usage-error.js'

/**
 * The properties that rows bring for the columns that a person names: `primarycontactid` is `_primarycontactid_value` there.
 *
 * @throws UsageError for a column that the table does not have; it says the nearest
 */
export function selectColumns(table: TableMetadata, columns: readonly string[]): readonly string[] {
  const byMember = new Set([...table.columns.values()].map(rowMemberOf))
  return columns.map((name) => {
    const column = table.columns.get(name)
    if (column !== undefined) return rowMemberOf(column)
    if (byMember.has(name)) return name
    const nearest = nearestName(name, [...table.columns.keys()])
    const remedy =
      nearest === undefined
        ? `deltaverse columns ${table.logicalName} lists them`
        : `did you mean ${nearest}?`
    throw new UsageError(`the table ${table.logicalName} has no column ${name}; ${remedy}`)
  })
}
