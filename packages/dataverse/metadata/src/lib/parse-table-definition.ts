import { asJsonObject, type JsonObject, listOf, textOf } from './json-members.js'
import type {
  ColumnKind,
  ColumnMetadata,
  KeyIndexStatus,
  KeyMetadata,
  LookupTarget,
  TableMetadata,
} from './table-metadata.js'

/** Columns of a table's definition that are asked for. */
export const definitionQuery: string = [
  '?$select=LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute',
  '&$expand=Attributes($select=LogicalName,AttributeType,AttributeTypeName,AttributeOf,IsPrimaryId,',
  'IsValidForCreate,IsValidForUpdate,AutoNumberFormat)',
  ',Keys($select=LogicalName,SchemaName,KeyAttributes,EntityKeyIndexStatus)',
  ',ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,',
  'ReferencingEntityNavigationPropertyName)',
].join('')

/** Reads the answer to a request for a table's definition. */
export function parseTableDefinition(body: unknown): TableMetadata {
  const definition = asJsonObject(body, 'a table definition')
  const targets = readTargets(listOf(definition, 'ManyToOneRelationships'))
  const columns = listOf(definition, 'Attributes').map((attribute) => readColumn(attribute, targets))
  const primaryName = definition.PrimaryNameAttribute
  return {
    logicalName: textOf(definition, 'LogicalName'),
    entitySetName: textOf(definition, 'EntitySetName'),
    primaryIdColumn: textOf(definition, 'PrimaryIdAttribute'),
    primaryNameColumn: typeof primaryName === 'string' ? primaryName : undefined,
    columns: new Map(columns.map((column) => [column.logicalName, column])),
    keys: listOf(definition, 'Keys').map(parseKey),
  }
}

/** Reads one alternate key. */
export function parseKey(key: JsonObject): KeyMetadata {
  const columns = key.KeyAttributes
  return {
    metadataId: textOf(key, 'MetadataId'),
    logicalName: textOf(key, 'LogicalName'),
    schemaName: textOf(key, 'SchemaName'),
    columns: Array.isArray(columns) ? columns.filter((name) => typeof name === 'string') : [],
    indexStatus: readIndexStatus(key.EntityKeyIndexStatus),
  }
}

const indexStatuses: readonly KeyIndexStatus[] = ['Pending', 'InProgress', 'Active', 'Failed']

// JSON carries the name; the number is accepted as well. What nobody knows counts as not ready.
function readIndexStatus(value: unknown): KeyIndexStatus {
  if (typeof value === 'number') return indexStatuses[value] ?? 'Pending'
  return indexStatuses.find((status) => status === value) ?? 'Pending'
}

function readTargets(relationships: readonly JsonObject[]): Map<string, LookupTarget[]> {
  const targets = new Map<string, LookupTarget[]>()
  for (const relationship of relationships) {
    const column = textOf(relationship, 'ReferencingAttribute')
    const navigationProperty = relationship.ReferencingEntityNavigationPropertyName
    if (typeof navigationProperty !== 'string' || navigationProperty === '') continue
    const known = targets.get(column) ?? []
    known.push({ table: textOf(relationship, 'ReferencedEntity'), navigationProperty })
    targets.set(column, known)
  }
  return targets
}

function readColumn(
  attribute: JsonObject,
  targets: ReadonlyMap<string, readonly LookupTarget[]>,
): ColumnMetadata {
  const logicalName = textOf(attribute, 'LogicalName')
  const kind = kindOf(attribute)
  const { AutoNumberFormat: autoNumberFormat } = attribute
  return {
    logicalName,
    kind,
    isPrimaryId: attribute.IsPrimaryId === true,
    validForCreate: attribute.IsValidForCreate !== false,
    validForUpdate: attribute.IsValidForUpdate !== false,
    ...(typeof autoNumberFormat === 'string' && autoNumberFormat !== '' ? { autoNumberFormat } : {}),
    attributeOf: typeof attribute.AttributeOf === 'string' ? attribute.AttributeOf : undefined,
    targets: kind === 'owner' ? ownerTargets(logicalName, targets) : (targets.get(logicalName) ?? []),
  }
}

// The relationship behind an owner column points at the abstract table `owner`; rows are bound to a user or a team
// (Microsoft Learn: Multi-table lookups).
function ownerTargets(
  column: string,
  targets: ReadonlyMap<string, readonly LookupTarget[]>,
): readonly LookupTarget[] {
  const navigationProperty = targets.get(column)?.[0]?.navigationProperty ?? column
  return ['systemuser', 'team'].map((table) => ({ table, navigationProperty }))
}

const kinds: Readonly<Record<string, ColumnKind>> = {
  String: 'text',
  Memo: 'text',
  Integer: 'whole-number',
  BigInt: 'big-integer',
  Decimal: 'decimal',
  Money: 'money',
  Double: 'double',
  Boolean: 'boolean',
  Picklist: 'choice',
  State: 'state',
  Status: 'status',
  DateTime: 'date',
  Lookup: 'lookup',
  Customer: 'lookup',
  Owner: 'owner',
  Uniqueidentifier: 'guid',
  MultiSelectPicklistType: 'choices',
  ImageType: 'image',
  FileType: 'file',
  EntityName: 'entity-name',
  ManagedProperty: 'managed-property',
}

// Multi-select, image and file columns are `Virtual` by type and told apart by type name.
function kindOf(attribute: JsonObject): ColumnKind {
  const typeName = attribute.AttributeTypeName
  const name = typeof typeName === 'object' && typeName !== null ? (typeName as JsonObject).Value : undefined
  const type = attribute.AttributeType
  return kindNamed(name) ?? kindNamed(type) ?? 'other'
}

function kindNamed(name: unknown): ColumnKind | undefined {
  return typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined
}
