import type { Table } from '../schema/table.js'
import type { ColumnValue, KeyIndexStatus, StoredRow } from '../schema/table-definition.js'
import type { MetadataContext } from './metadata-context.js'

/** How the index of a key ends: `Failed` when two rows have the same values, else `Active`. */
export function finishedStatus(
  context: MetadataContext,
  table: Table,
  columns: readonly string[],
): 'Active' | 'Failed' {
  return hasDuplicates(context.rows(table.logicalName), columns) ? 'Failed' : 'Active'
}

/**
 * Takes every key index that is being built one step on: Pending, InProgress, then Active, or Failed when rows repeat
 * the key's values. Rows with a null in a key column are not constrained.
 */
export function advanceKeyIndexes(context: MetadataContext): void {
  for (const table of context.schema.tables()) {
    const building = table.keys.some((key) => isBuilding(key.indexStatus))
    if (!building) continue
    const keys = (table.definition.keys ?? []).map((key) => ({
      ...key,
      indexStatus: nextStatus(context, table, key.columns, key.indexStatus ?? 'Active'),
    }))
    context.defineTable({ ...table.definition, keys })
  }
}

function isBuilding(status: KeyIndexStatus): boolean {
  return status === 'Pending' || status === 'InProgress'
}

function nextStatus(
  context: MetadataContext,
  table: Table,
  columns: readonly string[],
  status: KeyIndexStatus,
): KeyIndexStatus {
  if (status === 'Pending') return 'InProgress'
  return status === 'InProgress' ? finishedStatus(context, table, columns) : status
}

function hasDuplicates(rows: Iterable<StoredRow>, columns: readonly string[]): boolean {
  const seen = new Set<string>()
  for (const row of rows) {
    const values = columns.map((column) => row[column] ?? null)
    if (values.includes(null)) continue
    const text = JSON.stringify(values.map(toKeyText))
    if (seen.has(text)) return true
    seen.add(text)
  }
  return false
}

// Databases of Dataverse compare text without regard to case.
function toKeyText(value: ColumnValue): string {
  if (typeof value === 'object' && value !== null) return value.id
  return String(value).toLowerCase()
}
