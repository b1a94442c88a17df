import type { KeyMetadata, TableMetadata } from '@deltaverse/metadata'
import { formatRowPath, formatRowReference } from '@deltaverse/protocol'
import type { TypedKey } from '@deltaverse/values'

/** How a row is named to the service. */
export interface RowAddress {
  /** Relative to the service root, percent-encoded: `contacts(emailaddress1='a%40b.c')`. */
  readonly path: string
  /** For `@odata.bind` and `@odata.id`: `contacts(emailaddress1='a@b.c')`. */
  readonly reference: string
}

/** The address of a row by its GUID. */
export function addressById(table: TableMetadata, id: string): RowAddress {
  return {
    path: formatRowPath(table.entitySetName, id),
    reference: formatRowReference(table.entitySetName, id),
  }
}

/** The address of a row by its key; `undefined` when the service could not take it. */
export function addressByKey(key: TypedKey): RowAddress | undefined {
  if (key.unaddressable !== undefined || findActiveKey(key.table, key.columns) === undefined) return undefined
  const { entitySetName } = key.table
  return {
    path: formatRowPath(entitySetName, key.parts),
    reference: formatRowReference(entitySetName, key.parts),
  }
}

/** The key of exactly these columns whose index is ready. */
function findActiveKey(table: TableMetadata, columns: readonly string[]): KeyMetadata | undefined {
  return findKey(table.keys, columns, (key) => key.indexStatus === 'Active')
}

/** The key of exactly these columns, in any order. */
export function findKey(
  keys: readonly KeyMetadata[],
  columns: readonly string[],
  test: (key: KeyMetadata) => boolean = () => true,
): KeyMetadata | undefined {
  const wanted = new Set(columns)
  return keys.find(
    (key) => test(key) && key.columns.length === wanted.size && key.columns.every((name) => wanted.has(name)),
  )
}
