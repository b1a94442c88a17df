import { methodNotAllowed, notEmulated, ServiceError } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import type { Table } from '../schema/table.js'
import type { ColumnDefinition, TableDefinition } from '../schema/table-definition.js'
import { columnFromAttribute } from './column-from-attribute.js'
import { type DefinitionSegment, findTable } from './definition-address.js'
import { labelText } from './label.js'
import type { MetadataContext } from './metadata-context.js'
import { bodyMembers, invalidArgument, optionalText, requiredText } from './request-members.js'
import { createKey, deleteKey } from './write-keys.js'

type Members = Readonly<Record<string, unknown>>

/** Answers everything but GET below `EntityDefinitions`. */
export function writeDefinitions(
  request: ParsedRequest,
  context: MetadataContext,
  [root, part, ...rest]: readonly DefinitionSegment[],
): ServiceResponse {
  const { method } = request
  if (rest.length > 0) throw methodNotAllowed(method)
  if (root?.key === undefined) {
    if (method === 'POST' && part === undefined) return createTable(request, context)
    throw methodNotAllowed(method)
  }
  const table = findTable(root.key, context.schema)
  if (part?.name === 'Keys') return writeKeys(request, context, table, part)
  if (part?.name === 'Attributes') return writeAttributes(request, context, table, part)
  if (part !== undefined) throw methodNotAllowed(method)
  if (method === 'PUT') return replaceTable(request, context, table)
  if (method === 'DELETE') return removeTable(context, table)
  throw methodNotAllowed(method)
}

function writeKeys(
  request: ParsedRequest,
  context: MetadataContext,
  table: Table,
  part: DefinitionSegment,
): ServiceResponse {
  if (request.method === 'POST' && part.key === undefined) return createKey(request, context, table)
  if (request.method === 'DELETE' && part.key !== undefined) return deleteKey(context, table, part.key)
  throw methodNotAllowed(request.method)
}

function writeAttributes(
  request: ParsedRequest,
  context: MetadataContext,
  table: Table,
  part: DefinitionSegment,
): ServiceResponse {
  if (request.method === 'POST' && part.key === undefined) return createAttribute(request, context, table)
  if (part.key !== undefined && (request.method === 'DELETE' || request.method === 'PUT')) {
    throw notEmulated(`${request.method} on attributes`)
  }
  throw methodNotAllowed(request.method)
}

function createAttribute(request: ParsedRequest, context: MetadataContext, table: Table): ServiceResponse {
  const column = columnFromAttribute(request.body)
  if (table.column(column.logicalName) !== undefined) {
    throw invalidArgument(`Table '${table.logicalName}' has an attribute '${column.logicalName}' already.`)
  }
  define(context, { ...table.definition, columns: [...table.definition.columns, column] })
  const id = context.schema.byLogicalName(table.logicalName)?.column(column.logicalName)?.metadataId
  return created(`${request.serviceRoot}/EntityDefinitions(${table.metadataId})/Attributes(${id})`)
}

/** What PUT must carry at least, as it replaces the whole definition. */
const wholeDefinition = ['LogicalName', 'SchemaName', 'DisplayName', 'OwnershipType', 'ChangeTrackingEnabled']

function replaceTable(request: ParsedRequest, context: MetadataContext, table: Table): ServiceResponse {
  const members = bodyMembers(request.body)
  const missing = wholeDefinition.filter((name) => !Object.hasOwn(members, name))
  if (missing.length > 0) {
    throw invalidArgument(
      `PUT replaces the whole definition: read it first and send everything back. Missing: ${missing.join(', ')}.`,
    )
  }
  if (members.LogicalName !== table.logicalName) throw invalidArgument('A logical name cannot be changed.')
  const displayName = labelText(members.DisplayName)
  const displayCollectionName = labelText(members.DisplayCollectionName)
  const entitySetName = table.isCustom ? optionalText(members, 'EntitySetName') : undefined
  define(context, {
    ...table.definition,
    changeTrackingEnabled: nextChangeTracking(members, table),
    ...(displayName === undefined ? {} : { displayName }),
    ...(displayCollectionName === undefined ? {} : { displayCollectionName }),
    ...(entitySetName === undefined ? {} : { entitySetName }),
  })
  return { status: 204 }
}

function nextChangeTracking(members: Members, table: Table): boolean {
  const wanted = members.ChangeTrackingEnabled
  if (typeof wanted !== 'boolean') throw invalidArgument("'ChangeTrackingEnabled' must be true or false.")
  if (table.changeTrackingEnabled && !wanted) {
    throw new ServiceError(
      400,
      '0x800609A1',
      `Change tracking cannot be disabled for table '${table.logicalName}': once on, it stays on.`,
    )
  }
  if (wanted && !table.changeTrackingEnabled && !table.canChangeTrackingBeEnabled) {
    throw invalidArgument(`Change tracking cannot be enabled for table '${table.logicalName}'.`)
  }
  return wanted
}

/**
 * Which codes refuse a deletion is not documented for the Web API; `0x8004f01f` is what dependencies are told with.
 */
function removeTable(context: MetadataContext, { logicalName, isCustom }: Table): ServiceResponse {
  if (!isCustom) throw invalidArgument(`Table '${logicalName}' belongs to the system and cannot be deleted.`)
  for (const other of context.schema.tables()) {
    if (other.logicalName === logicalName) continue
    const column = other.columns.find(({ targets }) => targets.some(({ table }) => table === logicalName))
    if (column === undefined) continue
    throw new ServiceError(
      400,
      '0x8004f01f',
      `The Entity(${logicalName}) component cannot be deleted because it is referenced by other components: ` +
        `column '${column.logicalName}' of table '${other.logicalName}'.`,
    )
  }
  context.removeTable(logicalName)
  return { status: 204 }
}

function createTable(request: ParsedRequest, context: MetadataContext): ServiceResponse {
  const definition = definitionFromBody(bodyMembers(request.body))
  if (context.schema.byLogicalName(definition.logicalName) !== undefined) {
    throw invalidArgument(`A table with the name '${definition.logicalName}' exists already.`)
  }
  define(context, definition)
  const id = context.schema.byLogicalName(definition.logicalName)?.metadataId
  return created(`${request.serviceRoot}/EntityDefinitions(${id})`)
}

function definitionFromBody(members: Members): TableDefinition {
  const schemaName = requiredText(members, 'SchemaName')
  const logicalName = schemaName.toLowerCase()
  const { columns, primaryNameColumn } = parseColumns(members)
  const displayName = labelText(members.DisplayName)
  const displayCollectionName = labelText(members.DisplayCollectionName)
  return {
    logicalName,
    schemaName,
    entitySetName: optionalText(members, 'EntitySetName') ?? pluralOf(logicalName),
    primaryNameColumn,
    isCustom: true,
    isActivity: members.IsActivity === true,
    ownership: members.OwnershipType === 'OrganizationOwned' ? 'OrganizationOwned' : 'UserOwned',
    changeTrackingEnabled: members.ChangeTrackingEnabled === true,
    ...(displayName === undefined ? {} : { displayName }),
    ...(displayCollectionName === undefined ? {} : { displayCollectionName }),
    columns,
  }
}

function parseColumns(members: Members): { columns: ColumnDefinition[]; primaryNameColumn: string } {
  const attributes: readonly unknown[] = Array.isArray(members.Attributes) ? members.Attributes : []
  const columns = attributes.map((attribute) => columnFromAttribute(attribute))
  const primary = attributes.findIndex((attribute) => bodyMembers(attribute).IsPrimaryName === true)
  const primaryNameColumn = columns[primary]
  if (primaryNameColumn?.type !== 'string') {
    throw invalidArgument("A new table needs a String attribute with 'IsPrimaryName': true in 'Attributes'.")
  }
  return { columns, primaryNameColumn: primaryNameColumn.logicalName }
}

function pluralOf(logicalName: string): string {
  if (/[^aeiou]y$/.test(logicalName)) return `${logicalName.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(logicalName) ? `${logicalName}es` : `${logicalName}s`
}

// What the schema itself refuses, such as a name that is taken, is the request's mistake.
function define(context: MetadataContext, definition: TableDefinition): void {
  try {
    context.defineTable(definition)
  } catch (error) {
    if (error instanceof TypeError) throw invalidArgument(error.message)
    throw error
  }
}

function created(address: string): ServiceResponse {
  return { status: 204, headers: { 'OData-EntityId': address } }
}
