import type { Table } from './table.js'
import type { StoredRow } from './table-definition.js'

/** What a {@link rowIdentity} depends on. */
export type IdentifiedTable = Pick<Table, 'primaryIdColumn' | 'isElastic'>

// No partition holds it: it is no character of XML.
const separator = '\0'

/**
 * What tells a row from all others of its table: its id, and for elastic tables its partition too. Two rows of an elastic
 * table may share the id.
 */
export function rowIdentity({ primaryIdColumn, isElastic }: IdentifiedTable, row: StoredRow): string {
  const id = row[primaryIdColumn] as string
  return isElastic ? identityOf(id, row.partitionid) : id
}

/** The identity of a row that a partition, or none, holds. */
export function identityOf(id: string, partition: unknown): string {
  return typeof partition === 'string' ? `${id}${separator}${partition}` : id
}

/** Takes an identity apart. */
export function splitIdentity(identity: string): {
  readonly id: string
  readonly partition: string | undefined
} {
  const [id = '', partition] = identity.split(separator, 2)
  return { id, partition }
}
