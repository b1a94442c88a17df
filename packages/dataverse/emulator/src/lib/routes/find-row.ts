import { ServiceError } from '../http/service-error.js'
import { isGuid } from '../ids.js'
import { splitIdentity } from '../schema/row-identity.js'
import type { Column, Table, TableKey } from '../schema/table.js'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { type KeyLiteral, type KeyPredicate, syntaxError } from './row-address.js'

/** What a key predicate points at. */
export type RowTarget =
  | { readonly kind: 'id'; readonly id: string }
  | {
      readonly kind: 'key'
      readonly key: TableKey
      /** The values of the key's columns. */
      readonly values: StoredRow
      /** The row that has them, if there is one. */
      readonly id: string | undefined
    }

/** Where a key predicate stands: some characters work in one place and not in the other. */
export type KeyPlace = 'url' | 'body'

// Microsoft Learn, "Define alternate keys", lists the first set for URLs; the second was observed in bodies.
const refusedCharacters: Record<KeyPlace, RegExp> = { url: /[/<>*%&:\\?+]/, body: /[/\\#]/ }

/**
 * Understands a key predicate of a table.
 *
 * @throws ServiceError 400 when it names no key, or a value is not of its column's type.
 */
export function resolveTarget(
  service: Service,
  table: Table,
  predicate: KeyPredicate,
  place: KeyPlace = 'url',
): RowTarget {
  if (predicate.kind === 'id') return { kind: 'id', id: guidOf(predicate.literal) }
  const primaryKey = [...predicate.parts].find(([name]) => name === primaryKeyName(table))
  if (primaryKey !== undefined && predicate.parts.size === 1) return { kind: 'id', id: guidOf(primaryKey[1]) }
  const columns = keyColumns(table, predicate.parts)
  const key = table.keys.find(
    (candidate) =>
      candidate.indexStatus === 'Active' &&
      candidate.columns.length === columns.size &&
      candidate.columns.every((name) => columns.has(name)),
  )
  if (key === undefined) throw keyNotValid(table)
  const values: Record<string, ColumnValue> = {}
  for (const [name, [column, literal]] of columns) values[name] = keyValue(column, literal, place)
  return {
    kind: 'key',
    key,
    values,
    id: service.store.table(table.logicalName).idByKey(key.logicalName, values),
  }
}

// Users and teams inherit their key from `principal`, whose key is `ownerid`.
function primaryKeyName(table: Table): string {
  return table.logicalName === 'systemuser' || table.logicalName === 'team'
    ? 'ownerid'
    : table.primaryIdColumn
}

function keyColumns(
  table: Table,
  parts: ReadonlyMap<string, KeyLiteral>,
): Map<string, readonly [Column, KeyLiteral]> {
  const columns = new Map<string, readonly [Column, KeyLiteral]>()
  for (const [name, literal] of parts) {
    const column = table.readProperty(name)
    if (column === undefined) throw keyNotValid(table)
    columns.set(column.logicalName, [column, literal])
  }
  return columns
}

function keyNotValid(table: Table): ServiceError {
  return new ServiceError(
    400,
    '0x80060888',
    `The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.${table.logicalName}'. ` +
      'Ensure that the names and number of key properties match the declared or alternate key properties ' +
      `for the resource 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
  )
}

function guidOf({ text, quoted }: KeyLiteral): string {
  if (quoted || !isGuid(text)) throw syntaxError()
  return text.toLowerCase()
}

const number = /^-?\d+(\.\d+)?$/
const date = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

function keyValue(column: Column, literal: KeyLiteral, place: KeyPlace): ColumnValue {
  const { text, quoted } = literal
  switch (column.type) {
    case 'string':
    case 'memo':
      if (!quoted || refusedCharacters[place].test(text)) throw syntaxError()
      return text
    case 'datetime':
      if (quoted || !date.test(text)) throw syntaxError()
      return column.dateTimeBehavior === 'DateOnly'
        ? text.slice(0, 10)
        : `${new Date(text).toISOString().slice(0, 19)}Z`
    case 'lookup':
    case 'customer':
    case 'owner':
      return { id: guidOf(literal), table: column.targets[0]?.table ?? '' }
    case 'uniqueidentifier':
      return guidOf(literal)
    default:
      if (quoted || !number.test(text)) throw syntaxError()
      return column.type === 'bigint' ? BigInt(text) : Number(text)
  }
}

/** 404 for a row that is not there, in the words of its address. */
export function rowNotFound(table: Table, target: RowTarget): ServiceError {
  return target.kind === 'id'
    ? new ServiceError(
        404,
        '0x80040217',
        `Entity '${table.logicalName}' With Id = ${splitIdentity(target.id).id} Does Not Exist`,
      )
    : new ServiceError(
        404,
        '0x80060891',
        `A record with the specified key values does not exist in ${table.logicalName} entity`,
      )
}
