import type { Intersect } from './table.js'
import type { ColumnDefinition, IntersectEnd, TableDefinition } from './table-definition.js'

/** What the store calls the key of {@link pairKey}. */
export const pairKeyName = 'pair'

/**
 * Fills in the defaults of an intersect table's relationship.
 *
 * @throws TypeError when the table has columns or keys of its own, or its sides cannot be told apart.
 */
export function resolveIntersect(definition: TableDefinition): Intersect | undefined {
  const { logicalName, schemaName, columns, keys, intersect } = definition
  if (intersect === undefined) return undefined
  if (columns.length > 0 || (keys ?? []).length > 0) {
    throw new TypeError(`Intersect table '${logicalName}' has neither columns nor keys of its own`)
  }
  const relationshipName = intersect.relationshipName ?? schemaName ?? logicalName
  const resolve = ({ table, navigationProperty, column }: IntersectEnd): Required<IntersectEnd> => ({
    table,
    navigationProperty: navigationProperty ?? relationshipName,
    column: column ?? `${table}id`,
  })
  const [first, second] = intersect.ends
  const ends = [resolve(first), resolve(second)] as const
  if (ends[0].column === ends[1].column) {
    throw new TypeError(`Intersect table '${logicalName}' has one 'column' for both of its ends: name two`)
  }
  if (ends[0].table === ends[1].table && ends[0].navigationProperty === ends[1].navigationProperty) {
    throw new TypeError(
      `Intersect table '${logicalName}' pairs '${first.table}' with itself: name a 'navigationProperty' for each end`,
    )
  }
  return { relationshipName, ends }
}

/** The columns that hold the keys of both sides. */
export function intersectColumns({ ends }: Intersect): ColumnDefinition[] {
  return ends.map(({ column }) => ({
    logicalName: column,
    type: 'uniqueidentifier',
    required: true,
    validForCreate: false,
    validForUpdate: false,
  }))
}

/** The key by which the store finds the pair of two rows; no table shows it. */
export function pairKey({ ends }: Intersect): {
  readonly logicalName: string
  readonly columns: readonly string[]
} {
  return { logicalName: pairKeyName, columns: ends.map(({ column }) => column) }
}
