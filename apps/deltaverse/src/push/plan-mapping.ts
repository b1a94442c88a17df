import type { TableMetadata } from '@deltaverse/metadata'
import { nearestName } from '@deltaverse/options'
import { UsageError } from '../program/usage-error.js'
import { type ColumnMapping, type MappingDefaults, remarkPrefix } from './column-mapping.js'

export interface MappingPlan {
  /** Of the job, or of `--map`. */
  readonly given: readonly ColumnMapping[]
  /** Whether columns of the source that nothing is said about go by their own names. */
  readonly byName: boolean
  readonly defaults: MappingDefaults
}

/**
 * How each column is filled, checked against the table and the header of the source before any row is read.
 *
 * @throws UsageError for a column that the table or the source does not have; it says the nearest
 */
export function planMapping(
  table: TableMetadata,
  columns: readonly string[] | undefined,
  { given, byName, defaults }: MappingPlan,
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
  return all.map((mapping) => ({ ...defaultsOf(table, mapping, defaults), ...mapping }))
}

const numbers: ReadonlySet<string> = new Set(['whole-number', 'big-integer', 'decimal', 'money', 'double'])

/** Of what holds for all columns, what a column of this kind can mean by it. */
function defaultsOf(
  table: TableMetadata,
  { column }: ColumnMapping,
  { empty, format, timeZone, decimal }: MappingDefaults,
): MappingDefaults {
  const kind = table.columns.get(column)?.kind ?? 'other'
  return {
    // A row always has an owner, so an empty cell cannot mean that it shall have none.
    empty: kind === 'owner' ? 'skip' : empty,
    ...(kind === 'date' && { format, timeZone }),
    ...(numbers.has(kind) && { decimal }),
  }
}

/** Columns that an export of dead letters adds for those who read it. */
function isRemark(name: string): boolean {
  return name.startsWith(remarkPrefix)
}

function checkColumn(table: TableMetadata, name: string, why: string): void {
  if (table.columns.has(name)) return
  throw new UsageError(
    `${name} ${why}, but the table ${table.logicalName} has no such column; ${remedy(name, [...table.columns.keys()])}. --map "${name}=column" says where it goes`,
  )
}

function remedy(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names)
  return nearest === undefined ? `it has ${names.slice(0, 12).join(', ')}` : `did you mean ${nearest}?`
}
