import type { FoldText } from '../fold-text.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'

/**
 * One text for the values of a key's columns, equal for rows that the key forbids side by side.
 * `undefined` when a value is null: such rows are neither constrained nor found.
 */
export function keyText(row: StoredRow, columns: readonly string[], fold: FoldText): string | undefined {
  const parts: string[] = []
  for (const column of columns) {
    const part = partText(row[column] ?? null, fold)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return parts.length === 1 ? parts[0] : JSON.stringify(parts)
}

function partText(value: ColumnValue, fold: FoldText): string | undefined {
  if (value === null) return undefined
  if (typeof value === 'object') return value.id
  return fold(String(value))
}
