import { UsageError } from '../program/usage-error.js'
import type { ColumnMapping } from './column-mapping.js'

const pattern = /^([A-Za-z_]\w*)(?::([A-Za-z_]\w*)\.([A-Za-z_]\w*))?$/

/**
 * `Company=parentcustomerid:account.accountnumber`: the source's column, the table's, and by what the row that a look-up points at is
 * found.
 *
 * @throws UsageError
 */
export function parseMapFlag(text: string): ColumnMapping {
  const at = text.lastIndexOf('=')
  const [, column, table, by] = pattern.exec(text.slice(at + 1)) ?? []
  if (at < 1 || column === undefined) {
    throw new UsageError(
      `--map takes Header=column, or Header=column:table.column for a look-up, not "${text}"`,
    )
  }
  const from = text.slice(0, at)
  return table === undefined || by === undefined
    ? { from, column }
    : { from, column, find: { table, column: by } }
}
