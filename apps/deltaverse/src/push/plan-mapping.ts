import type { TableMetadata } from '@deltaverse/metadata'
import { nearestName } from '@deltaverse/options'
import { UsageError } from '../program/usage-error.js'
import { type ColumnMapping, remarkPrefix } from './column-mapping.js'

export interface MappingPlan {
  /** Of the job, or of `--map`. */
  readonly given: readonly ColumnMapping[]
  /** Whether columns of the source that nothing is said about go by their own names. */
  readonly byName: boolean
}

/**
 * How each column is filled, checked against the table and the header of the source before any row is read.
 *
 * @throws UsageError for a column that the table or the source does not have; it says the nearest
 */
export function planMapping(
  table: TableMetadata,
  columns: readonly string[] | undefined,
  { given, byName }: MappingPlan,
): readonly ColumnMapping[] {
  for (const { column, from } of given) {
    checkColumn(table, column, 'is filled')
    if (from !== undefined && columns !== undefined && !columns.includes(from)) {
      throw new UsageError(`the source has no column "${from}"; ${remedy(from, columns)}`)
    }
  }
  const named = new Set(given.map(({ from }) => from))
  const rest = byName ? (columns ?? []).filter((name) => !named.has(name) && !isRemark(name)) : []
  for (const name of rest) checkColumn(table, name, 'is in the source')
  const all = [...given, ...rest.map((name): ColumnMapping => ({ column: name, from: name }))]
  const names = all.map(({ column }) => column)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new UsageError(`${twice} is filled twice: one column of the source fills it`)
  return all
}

/** @throws UsageError for a column that names rows and that the table does not have; it says the nearest */
export function checkKeyColumns(table: TableMetadata, key: readonly string[]): void {
  const names = [...table.columns.keys()]
  const unknown = key.find((name) => !table.columns.has(name))
  if (unknown === undefined) return
  throw new UsageError(
    `${unknown} is to name rows, but the table ${table.logicalName} has no such column; ${remedy(unknown, names)}`,
  )
}

/** Columns that an export of dead letters adds for those who read it. */
function isRemark(name: string): boolean {
  return name.startsWith(remarkPrefix)
}

function checkColumn(table: TableMetadata, name: string, why: string): void {
  if (table.columns.has(name)) return
  throw new UsageError(
    `${name} ${why}, but the table ${table.logicalName} has no such column; ${remedy(name, [...table.columns.keys()]).replace(/[^?]$/, '$&.')} --map "${name}=column" says where it goes`,
  )
}

function remedy(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names)
  return nearest === undefined ? `it has ${names.slice(0, 12).join(', ')}` : `did you mean ${nearest}?`
}
