import { type CallOptions, DataverseError } from '@deltaverse/core'
import type { ColumnSchema, ColumnType, TableSchema } from '@deltaverse/schema'
import type { MetadataReader } from './metadata-reader.js'
import type { ColumnDetail, ColumnKind, ColumnMetadata, TableMetadata } from './table-metadata.js'

/** Details of columns by their logical names. */
type Details = ReadonlyMap<string, ColumnDetail>

export interface TableSchemaOptions {
  /**
   * The members of rows to describe: columns that are selected, and annotations that are asked for
   * (`statecode@OData.Community.Display.V1.FormattedValue`). Default: all that `properties` lists, each `optional`: a column
   * that is new or secured may be in some rows and not in others.
   */
  readonly select?: readonly string[] | undefined
  /** Details of date columns, as `MetadataReader.details()` gives them; a date without is an instant. */
  readonly dates?: Details | undefined
  /** Of an elastic table, the column that tells rows of one primary key apart: part of the schema's primary key. */
  readonly partitionColumn?: string | undefined
  /**
   * Properties of the rows with their types, as `MetadataReader.properties()` gives them. Without them the columns are those
   * that belong to no other one, which leaves some out: names of files, parts of images, the table that a note belongs to.
   */
  readonly properties?: Properties | undefined
}

/** Properties of rows and their types in the words of `$metadata`. */
type Properties = ReadonlyMap<string, string>

/**
 * The neutral schema of a table: its primary key first, then the members in the order of `select`.
 *
 * @throws DataverseError `bad-request` for a column that the table does not have
 *
 * Source of what is sent for which type: Microsoft Learn, "Web API types and operations".
 */
export function toTableSchema(table: TableMetadata, options: TableSchemaOptions = {}): TableSchema {
  const { select, dates, properties, partitionColumn } = options
  const byMember = columnsByMember(table)
  const key = table.primaryIdColumn
  const members = selectedMembers(byMember, select, properties).filter((member) => member !== key)
  const optional = select === undefined ? { optional: true } : {}
  const columns = members.map((member): ColumnSchema => {
    if (member.includes('@')) return { name: member, type: { kind: 'text' }, nullable: true, optional: true }
    const column = byMember.get(member)
    const edmType = properties?.get(member)
    if (column === undefined && edmType === undefined) throw unknownColumn(table, member)
    const isKey = member === partitionColumn
    return { name: member, type: typeOf(column, dates, edmType), nullable: true, ...(isKey ? {} : optional) }
  })
  return {
    name: table.entitySetName,
    primaryKey: partitionColumn === undefined ? [key] : [key, partitionColumn],
    columns: [{ name: key, type: { kind: 'uuid' }, nullable: false }, ...columns],
  }
}

/**
 * Asks the service's metadata for the neutral schema of a table.
 *
 * @throws DataverseError `not-found` when there is no such table, `bad-request` for a column that it does not have
 */
export async function readTableSchema(
  metadata: Pick<MetadataReader, 'tableOfSet' | 'details' | 'properties'>,
  {
    entitySet,
    select,
    partitionColumn,
  }: Pick<TableSchemaOptions, 'select' | 'partitionColumn'> & { readonly entitySet: string },
  call: CallOptions = {},
): Promise<TableSchema> {
  const table = await metadata.tableOfSet(entitySet, call)
  const byMember = columnsByMember(table)
  // Definitions tell what is selected, as a rule; what they do not know may be inherited, as `ownerid` of teams is.
  const isKnown = select?.every((member) => member.includes('@') || byMember.has(member)) ?? false
  const properties = isKnown ? undefined : await metadata.properties(table.logicalName, call)
  const members = selectedMembers(byMember, select, properties)
  const hasDates = members.some((member) => byMember.get(member)?.kind === 'date')
  const dates = hasDates ? await metadata.details(table.logicalName, 'date', call) : undefined
  return toTableSchema(table, { select, dates, properties, partitionColumn })
}

const typeOfKind: Readonly<Record<Exclude<ColumnKind, 'date' | 'other'>, ColumnType>> = {
  text: { kind: 'text' },
  'whole-number': { kind: 'int32' },
  'big-integer': { kind: 'int64' },
  decimal: { kind: 'decimal' },
  // Four digits behind the point and 64 bits in all (Microsoft Learn: Types of columns, "Currency").
  money: { kind: 'decimal', precision: 19, scale: 4 },
  double: { kind: 'double' },
  boolean: { kind: 'boolean' },
  choice: { kind: 'enum' },
  state: { kind: 'enum' },
  status: { kind: 'enum' },
  choices: { kind: 'enum-set' },
  lookup: { kind: 'uuid' },
  owner: { kind: 'uuid' },
  guid: { kind: 'uuid' },
  // Base64 of a preview, and the id of a file: what is behind them is not in the row.
  image: { kind: 'text' },
  file: { kind: 'text' },
  'entity-name': { kind: 'text' },
  // An object of three members, on the tables that customizations are made of.
  'managed-property': { kind: 'json' },
}

/** What no definition tells more of. */
const typeOfEdm: Readonly<Record<string, ColumnType>> = {
  'Edm.Guid': { kind: 'uuid' },
  'Edm.String': { kind: 'text' },
  'Edm.Boolean': { kind: 'boolean' },
  'Edm.Int16': { kind: 'int32' },
  'Edm.Int32': { kind: 'int32' },
  'Edm.Int64': { kind: 'int64' },
  'Edm.Decimal': { kind: 'decimal' },
  'Edm.Double': { kind: 'double' },
  'Edm.Date': { kind: 'date' },
  'Edm.DateTimeOffset': { kind: 'timestamptz' },
  'Edm.Binary': { kind: 'text' },
}

function typeOf(
  column: ColumnMetadata | undefined,
  dates: Details | undefined,
  edmType: string | undefined,
): ColumnType {
  if (column === undefined || column.kind === 'other') {
    return (edmType === undefined ? undefined : typeOfEdm[edmType]) ?? { kind: 'json' }
  }
  if (column.kind !== 'date') return typeOfKind[column.kind]
  switch (dates?.get(column.logicalName)?.dateBehavior) {
    case 'DateOnly':
      return { kind: 'date' }
    // A clock's time of no zone, which the service writes with a Z.
    case 'TimeZoneIndependent':
      return { kind: 'timestamp' }
    default:
      return { kind: 'timestamptz' }
  }
}

function columnsByMember({ columns }: TableMetadata): ReadonlyMap<string, ColumnMetadata> {
  return new Map([...columns.values()].map((column) => [rowMemberOf(column), column]))
}

function selectedMembers(
  byMember: ReadonlyMap<string, ColumnMetadata>,
  select: readonly string[] | undefined,
  properties: Properties | undefined,
): readonly string[] {
  if (select !== undefined) return [...new Set(select)]
  if (properties !== undefined) return [...properties.keys()]
  return [...byMember].flatMap(([member, column]) => (isInRows(column) ? [member] : []))
}

/** Under which name rows hold a column. */
export function rowMemberOf({ kind, logicalName }: Pick<ColumnMetadata, 'kind' | 'logicalName'>): string {
  return kind === 'lookup' || kind === 'owner' ? `_${logicalName}_value` : logicalName
}

/** Of columns that belong to others, such as the name behind a lookup, most are not sent; nor are party lists and their kin. */
function isInRows({ attributeOf, kind }: ColumnMetadata): boolean {
  return attributeOf === undefined && kind !== 'other'
}

/**
 * What rows bring of a table, by its definition alone: one request, where `$metadata` is a document of all tables. Beside the columns
 * that belong to no other one these are the parts of images, the names of files, and the table that a note belongs to.
 */
export function rowMembersOf({ columns }: TableMetadata): readonly string[] {
  const all = [...columns.values()]
  const parts = new Set(all.flatMap(partsOf))
  return all
    .filter(
      (column) =>
        isInRows(column) || parts.has(column.logicalName) || column.logicalName === 'objecttypecode',
    )
    .map(rowMemberOf)
}

/** Members that come with a column, by their names. */
function partsOf({ kind, logicalName }: ColumnMetadata): readonly string[] {
  if (kind === 'image') return [`${logicalName}_timestamp`, `${logicalName}_url`, `${logicalName}id`]
  return kind === 'file' ? [`${logicalName}_name`] : []
}

function unknownColumn(table: TableMetadata, member: string): DataverseError {
  const lookup = table.columns.get(member)
  return new DataverseError(
    lookup === undefined
      ? `The table '${table.logicalName}' has no column '${member}'. Take it out of select.`
      : `'${member}' is a lookup. Select it as '${rowMemberOf(lookup)}'.`,
    { code: 'bad-request' },
  )
}
