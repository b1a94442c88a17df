import type { CallOptions } from '@deltaverse/core'
import type { ColumnMetadata, TableMetadata } from '@deltaverse/metadata'
import type { KeyValue, KeyValues } from '@deltaverse/values'
import type { KeyResolver } from '../resolve/key-resolver.js'
import type { Key } from '../resolve/key-results.js'
import type { SourceRow } from './row-translation.js'

const annotation = 'Microsoft.Dynamics.CRM.lookuplogicalname'

/** Tells, for one row, the table that a lookup points at now. */
export type CurrentTargets = (column: string) => string | 'unknown' | undefined

const unknown: CurrentTargets = () => 'unknown'

/** Whether a lookup has a name of its own for each table it can point at. */
function isPolymorphic({ kind, targets }: ColumnMetadata): boolean {
  return kind === 'lookup' && new Set(targets.map(({ navigationProperty }) => navigationProperty)).size > 1
}

/**
 * Reads where the lookups point that rows want to clear, in few requests for all rows; no request when there is none.
 *
 * @param key columns that name a row when its primary key is not in it
 */
export async function readCurrentTargets(
  resolver: KeyResolver,
  table: TableMetadata,
  rows: readonly SourceRow[],
  key: readonly string[],
  call: CallOptions,
): Promise<readonly CurrentTargets[]> {
  const columns = new Set<string>()
  const asked: { readonly index: number; readonly address: Key }[] = []
  for (const [index, row] of rows.entries()) {
    const cleared = clearedLookups(table, row)
    for (const name of cleared) columns.add(name)
    const address = cleared.length === 0 ? undefined : keyOf(table, row, key)
    if (address !== undefined) asked.push({ index, address })
  }
  const targets: CurrentTargets[] = rows.map(() => unknown)
  if (asked.length === 0) return targets
  const found = await resolver.readRows(
    table.logicalName,
    asked.map(({ address }) => address),
    { select: [...columns].map((name) => `_${name}_value`), annotations: annotation },
    call,
  )
  for (const [at, { index }] of asked.entries()) {
    const result = found[at]
    // A row that is not there yet points at nothing.
    if (result?.status === 'missing') targets[index] = () => undefined
    if (result?.status === 'found') targets[index] = (column) => targetOf(result.row, column)
  }
  return targets
}

function targetOf(row: SourceRow, column: string): string | 'unknown' | undefined {
  const value = row[`_${column}_value`]
  if (value === null || value === undefined) return undefined
  const table = row[`_${column}_value@${annotation}`]
  return typeof table === 'string' ? table : 'unknown'
}

function clearedLookups(table: TableMetadata, row: SourceRow): string[] {
  return Object.keys(row).flatMap((name) => {
    if (row[name] !== null) return []
    const lower = name.toLowerCase()
    const column = table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? lower)
    return column !== undefined && isPolymorphic(column) ? [column.logicalName] : []
  })
}

function keyOf(table: TableMetadata, row: SourceRow, key: readonly string[]): Key | undefined {
  const id = row[table.primaryIdColumn]
  if (typeof id === 'string') return id
  const values: KeyValues = Object.fromEntries(key.map((name) => [name, row[name] as KeyValue]))
  return key.length === 0 ? undefined : values
}
