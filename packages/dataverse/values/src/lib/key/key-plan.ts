import { DataverseError } from '@deltaverse/core'
import type { DateBehavior, KeyMetadata, TableMetadata } from '@deltaverse/metadata'
import { formatRowPath } from '@deltaverse/protocol'
import type { ValueColumn } from '../column/value-rules.js'
import { wireName } from './wire-name.js'

/** A table, as far as keys need it; any `TableMetadata` will do. */
export interface KeyedTable extends Pick<TableMetadata, 'logicalName' | 'entitySetName' | 'primaryIdColumn'> {
  /** By logical name. */
  readonly columns: ReadonlyMap<string, ValueColumn>
  readonly keys: readonly Pick<KeyMetadata, 'logicalName' | 'columns' | 'indexStatus'>[]
}

/** One column of the key, and every name under which a row may hold it. */
export interface KeyColumn {
  /** As the caller wrote it. */
  readonly given: string
  readonly column: ValueColumn
  /** Name in addresses: lookups as `_primarycontactid_value`. */
  readonly wireName: string
  /** Names in rows and bodies. */
  readonly names: readonly string[]
  readonly dateBehavior: DateBehavior
}

/** The key of many rows: its columns, or the primary key. */
export interface KeyPlan {
  readonly columns: readonly [KeyColumn, ...KeyColumn[]]
  readonly byPrimaryKey: boolean
  /** What stands before plain text in the address of a row: `products(productnumber='`. */
  readonly addressStart: string
}

/**
 * Finds a key in the table's definition.
 *
 * @throws DataverseError `bad-request` when the table has no such key, or its index is not `Active`: such a key finds and
 *   enforces nothing (Microsoft Learn: Define alternate keys for a table)
 */
export function planKey(
  table: KeyedTable,
  names: readonly string[],
  dateBehaviors: ReadonlyMap<string, { readonly dateBehavior?: DateBehavior | undefined }>,
): KeyPlan {
  const [first, ...others] = names.map((name) => findKeyColumn(table, name, dateBehaviors))
  if (first === undefined) throw badRequest(`A key of ${table.logicalName} has at least one column.`)
  const columns = [first, ...others] as const
  const logical = columns.map(({ column }) => column.logicalName).sort()
  const byPrimaryKey = logical.length === 1 && logical[0] === table.primaryIdColumn
  if (!byPrimaryKey) checkKey(table, logical)
  const sample = formatRowPath(table.entitySetName, [
    { name: first.wireName, value: { kind: 'text', text: '' } },
  ])
  return { columns, byPrimaryKey, addressStart: sample.slice(0, -2) }
}

function checkKey(table: KeyedTable, logical: readonly string[]): void {
  const key = table.keys.find(
    ({ columns }) => columns.length === logical.length && [...columns].sort().join() === logical.join(),
  )
  if (key === undefined) {
    const known = table.keys.map(({ columns }) => `[${columns.join(', ')}]`).join(', ')
    throw badRequest(
      `Table '${table.logicalName}' has no alternate key of the columns [${logical.join(', ')}]. ` +
        (known === '' ? 'It has none: define one first.' : `It has ${known}.`),
    )
  }
  if (key.indexStatus === 'Active') return
  throw badRequest(
    `The index of the alternate key '${key.logicalName}' of table '${table.logicalName}' is ${key.indexStatus}, not Active: ` +
      (key.indexStatus === 'Failed'
        ? 'remove rows that have the same key values, then reactivate the key.'
        : 'wait until it is built.'),
  )
}

function findKeyColumn(
  table: KeyedTable,
  given: string,
  dates: ReadonlyMap<string, { readonly dateBehavior?: DateBehavior | undefined }>,
): KeyColumn {
  const lower = given.toLowerCase()
  const column = table.columns.get(lower) ?? table.columns.get(/^_(.+)_value$/.exec(lower)?.[1] ?? '')
  if (column === undefined) {
    throw badRequest(`Table '${table.logicalName}' has no column '${given}', which the key names.`)
  }
  const { logicalName } = column
  const name = wireName(column)
  const binds = column.targets.map(({ navigationProperty }) => `${navigationProperty}@odata.bind`)
  return {
    given,
    column,
    wireName: name,
    names: [...new Set([given, name, logicalName, ...(name === logicalName ? [] : binds)])],
    dateBehavior: dates.get(logicalName)?.dateBehavior ?? 'UserLocal',
  }
}

function badRequest(message: string): DataverseError {
  return new DataverseError(message, { code: 'bad-request' })
}
