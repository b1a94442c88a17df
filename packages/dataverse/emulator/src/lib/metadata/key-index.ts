import type { Table } from '../schema/table.js'
import type { KeyIndexStatus } from '../schema/table-definition.js'
import { keyText } from '../store/key-text.js'
import type { MetadataContext } from './metadata-context.js'

/** How the index of a key ends: `Failed` when two rows have the same values, else `Active`. */
export function finishedStatus(
  context: MetadataContext,
  table: Table,
  columns: readonly string[],
): 'Active' | 'Failed' {
  return hasDuplicates(context, table, columns) ? 'Failed' : 'Active'
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

/** Whether an index is on its way. */
export function isBuilding(status: KeyIndexStatus): boolean {
  return status === 'Pending' || status === 'InProgress'
}

/** Takes the index of one key one step on, if it is being built. */
export function advanceKeyIndex(context: MetadataContext, table: Table, keyLogicalName: string): void {
  const keys = (table.definition.keys ?? []).map((key) =>
    key.logicalName === keyLogicalName
      ? { ...key, indexStatus: nextStatus(context, table, key.columns, key.indexStatus ?? 'Active') }
      : key,
  )
  context.defineTable({ ...table.definition, keys })
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

function hasDuplicates(context: MetadataContext, table: Table, columns: readonly string[]): boolean {
  const seen = new Set<string>()
  for (const row of context.rows(table.logicalName)) {
    const text = keyText(row, columns, context.foldKey ?? context.schema.foldText)
    if (text === undefined) continue
    if (seen.has(text)) return true
    seen.add(text)
  }
  return false
}
