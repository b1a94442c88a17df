import { ServiceError } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import type { Column, Table } from '../schema/table.js'
import type { KeyDefinition } from '../schema/table-definition.js'
import { type DefinitionKey, definitionNotFound, findPart } from './definition-address.js'
import { finishedStatus } from './key-index.js'
import { labelText } from './label.js'
import type { MetadataContext } from './metadata-context.js'
import { bodyMembers, invalidArgument, requiredText } from './request-members.js'

/** Limits of alternate keys online. Source: Microsoft Learn, "Define alternate keys for a table". */
const maxKeys = 10
const maxKeyColumns = 16
const maxKeyBytes = 900

const keyTypes = new Set(['decimal', 'integer', 'string', 'datetime', 'lookup', 'picklist'])

/** Answers `POST …/Keys`. */
export function createKey(request: ParsedRequest, context: MetadataContext, table: Table): ServiceResponse {
  const members = bodyMembers(request.body)
  const schemaName = requiredText(members, 'SchemaName')
  const logicalName = schemaName.toLowerCase()
  const columns = parseKeyColumns(members.KeyAttributes, table)
  refuseClash(table, logicalName, columns)
  const indexStatus = context.keyIndexing === 'stepwise' ? 'Pending' : finishedStatus(context, table, columns)
  const displayName = labelText(members.DisplayName)
  const key: KeyDefinition = {
    logicalName,
    schemaName,
    columns,
    indexStatus,
    ...(displayName === undefined ? {} : { displayName }),
  }
  context.defineTable({ ...table.definition, keys: [...(table.definition.keys ?? []), key] })
  const id = context.schema
    .byLogicalName(table.logicalName)
    ?.keys.find((each) => each.logicalName === logicalName)?.metadataId
  const address = `${request.serviceRoot}/EntityDefinitions(${table.metadataId})/Keys(${id})`
  return { status: 204, headers: { 'OData-EntityId': address } }
}

/** Answers `DELETE …/Keys(…)`. */
export function deleteKey(context: MetadataContext, table: Table, address: DefinitionKey): ServiceResponse {
  const found = findPart(address, table.keys, 'an alternate key')
  const keys = (table.definition.keys ?? []).filter((key) => key.logicalName !== found.logicalName)
  context.defineTable({ ...table.definition, keys })
  return { status: 204 }
}

/** Answers the action `ReactivateEntityKey`: builds the index of a failed key again. */
export function reactivateKey(request: ParsedRequest, context: MetadataContext): ServiceResponse {
  const members = bodyMembers(request.body)
  const table = context.schema.byLogicalName(requiredText(members, 'EntityLogicalName'))
  const name = requiredText(members, 'EntityKeyLogicalName')
  const key = table?.keys.find((each) => each.logicalName === name)
  if (table === undefined || key === undefined) throw definitionNotFound('an alternate key', `'${name}'`)
  if (key.indexStatus !== 'Failed') {
    throw invalidKey(
      '0x80060897',
      `Key '${name}' is ${key.indexStatus}; only a failed key can be reactivated.`,
    )
  }
  const indexStatus =
    context.keyIndexing === 'stepwise' ? 'Pending' : finishedStatus(context, table, key.columns)
  const keys = (table.definition.keys ?? []).map(
    (each): KeyDefinition => (each.logicalName === name ? { ...each, indexStatus } : each),
  )
  context.defineTable({ ...table.definition, keys })
  return { status: 204 }
}

function parseKeyColumns(value: unknown, table: Table): string[] {
  const names: readonly unknown[] = Array.isArray(value) ? value : []
  if (names.length === 0) throw invalidArgument("'KeyAttributes' must list at least one column.")
  if (names.length > maxKeyColumns) {
    throw invalidKey('0x8006088F', `A key has at most ${maxKeyColumns} columns; got ${names.length}.`)
  }
  const columns = names.map((name) => keyColumn(name, table))
  const bytes = columns.reduce((sum, column) => sum + columnBytes(column), 0)
  if (bytes > maxKeyBytes) {
    throw invalidKey('0x80060895', `A key has at most ${maxKeyBytes} bytes; these columns can have ${bytes}.`)
  }
  return columns.map((column) => column.logicalName)
}

function keyColumn(name: unknown, table: Table): Column {
  const column = typeof name === 'string' ? table.column(name) : undefined
  if (column === undefined) {
    throw invalidArgument(`Table '${table.logicalName}' has no column '${String(name)}' for a key.`)
  }
  if (!keyTypes.has(column.type)) {
    throw invalidKey(
      '0x8006088F',
      `Column '${column.logicalName}' is ${column.type}; a key takes ${[...keyTypes].join(', ')}.`,
    )
  }
  return column
}

function columnBytes(column: Column): number {
  return column.type === 'string' ? (column.maxLength ?? 0) * 2 : 16
}

function refuseClash(table: Table, logicalName: string, columns: readonly string[]): void {
  if (table.keys.length >= maxKeys) {
    throw invalidKey('0x8006088F', `Table '${table.logicalName}' has ${maxKeys} keys already.`)
  }
  if (table.keys.some((key) => key.logicalName === logicalName)) {
    throw invalidKey('0x80060893', `Table '${table.logicalName}' has a key '${logicalName}' already.`)
  }
  const same = (key: readonly string[]): string => [...key].sort().join()
  const other = table.keys.find((key) => same(key.columns) === same(columns))
  if (other !== undefined) {
    throw invalidKey(
      '0x80060894',
      `Key '${other.logicalName}' of '${table.logicalName}' has these columns already.`,
    )
  }
}

function invalidKey(code: string, message: string): ServiceError {
  return new ServiceError(400, code, message)
}
