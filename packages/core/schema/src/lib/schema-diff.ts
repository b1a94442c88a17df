import type { ColumnType } from './column-type.js'
import type { ColumnSchema, TableSchema } from './table-schema.js'
import { isWidening } from './widening.js'

/** A column that is there before and after, and has another type. */
export interface ColumnChange {
  readonly name: string
  readonly before: ColumnSchema
  readonly after: ColumnSchema
  /** Whether every value that was possible before is possible after, and means the same. */
  readonly widens: boolean
}

/** How a table differs from what it was. Columns are told apart by name; their order means nothing. */
export interface SchemaDiff {
  readonly added: readonly ColumnSchema[]
  readonly removed: readonly ColumnSchema[]
  readonly changed: readonly ColumnChange[]
  readonly primaryKeyChanged: boolean
}

/** Compares two schemas of one table. */
export function diffSchemas(before: TableSchema, after: TableSchema): SchemaDiff {
  const old = new Map(before.columns.map((column) => [column.name, column]))
  const names = new Set(after.columns.map(({ name }) => name))
  return {
    added: after.columns.filter(({ name }) => !old.has(name)),
    removed: before.columns.filter(({ name }) => !names.has(name)),
    changed: after.columns.flatMap((column) => {
      const known = old.get(column.name)
      return known === undefined ? [] : changeOf(known, column)
    }),
    primaryKeyChanged: before.primaryKey.join('\n') !== after.primaryKey.join('\n'),
  }
}

/** Whether two schemas mean the same table. */
export function isSameSchema(before: TableSchema, after: TableSchema): boolean {
  const { added, removed, changed, primaryKeyChanged } = diffSchemas(before, after)
  return !primaryKeyChanged && [added, removed, changed].every(({ length }) => length === 0)
}

function changeOf(before: ColumnSchema, after: ColumnSchema): ColumnChange[] {
  if (sameType(before.type, after.type) && before.nullable === after.nullable) return []
  const widens = isWidening(before.type, after.type) && (after.nullable || !before.nullable)
  return [{ name: after.name, before, after, widens }]
}

/** The options of an enum are names for its values, and change nothing about what a column can hold. */
function sameType(one: ColumnType, other: ColumnType): boolean {
  if (one.kind === 'enum' || one.kind === 'enum-set') return one.kind === other.kind
  return isWidening(one, other) && isWidening(other, one) && one.kind === other.kind
}
