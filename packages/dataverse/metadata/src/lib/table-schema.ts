import { type CallOptions, DataverseError } from '@deltaverse/core'
import type { ColumnSchema, ColumnType, TableSchema } from '@deltaverse/schema'
import type { MetadataReader } from './metadata-reader.js'
import type { ColumnDetail, ColumnKind, ColumnMetadata, TableMetadata } from './table-metadata.js'

/** Details of columns by their logical names. */
type Details = ReadonlyMap<string, ColumnDetail>

export interface TableSchemaOptions {
  /**
   * The members of rows to describe: columns that are selected, and annotations that are asked for
   * (`statecode@OData.Community.Display.V1.FormattedValue`). Default: all columns that rows can hold, each `optional`, as
   * metadata does not tell for certain which of them rows do hold.
   */
  readonly select?: readonly string[] | undefined
  /** Details of date columns, as `MetadataReader.details()` gives them; a date without is an instant. */
  readonly dates?: Details | undefined
}

/**
 * The neutral schema of a table: its primary key first, then the members in the order of `select`.
 *
 * @throws DataverseError `bad-request` for a column that the table does not have
 *
 * Source of what is sent for which type: Microsoft Learn, "Web API types and operations".
 */
export function toTableSchema(table: TableMetadata, options: TableSchemaOptions = {}): TableSchema {
  const { select, dates } = options
  const byMember = columnsByMember(table)
  const key = table.primaryIdColumn
  const members = selectedMembers(byMember, select).filter((member) => member !== key)
  const optional = select === undefined ? { optional: true } : {}
  const columns = members.map((member): ColumnSchema => {
    if (member.includes('@')) return { name: member, type: { kind: 'text' }, nullable: true, optional: true }
    const column = byMember.get(member)
    if (column === undefined) throw unknownColumn(table, member)
    return { name: member, type: typeOf(column, dates), nullable: true, ...optional }
  })
  return {
    name: table.entitySetName,
    primaryKey: [key],
    columns: [{ name: key, type: { kind: 'uuid' }, nullable: false }, ...columns],
  }
}

/**
 * Asks the service's metadata for the neutral schema of a table.
 *
 * @throws DataverseError `not-found` when there is no such table, `bad-request` for a column that it does not have
 */
export async function readTableSchema(
  metadata: Pick<MetadataReader, 'tableOfSet' | 'details'>,
  { entitySet, select }: { readonly entitySet: string; readonly select?: readonly string[] | undefined },
  call: CallOptions = {},
): Promise<TableSchema> {
  const table = await metadata.tableOfSet(entitySet, call)
  const byMember = columnsByMember(table)
  const hasDates = selectedMembers(byMember, select).some((member) => byMember.get(member)?.kind === 'date')
  const dates = hasDates ? await metadata.details(table.logicalName, 'date', call) : undefined
  return toTableSchema(table, { select, dates })
}

const typeOfKind: Readonly<Record<Exclude<ColumnKind, 'date'>, ColumnType>> = {
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
  other: { kind: 'json' },
}

function typeOf({ kind, logicalName }: ColumnMetadata, dates: Details | undefined): ColumnType {
  if (kind !== 'date') return typeOfKind[kind]
  switch (dates?.get(logicalName)?.dateBehavior) {
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
): readonly string[] {
  if (select !== undefined) return [...new Set(select)]
  return [...byMember].flatMap(([member, column]) => (isInRows(column) ? [member] : []))
}

/** Under which name rows hold a column. */
export function rowMemberOf({ kind, logicalName }: Pick<ColumnMetadata, 'kind' | 'logicalName'>): string {
  return kind === 'lookup' || kind === 'owner' ? `_${logicalName}_value` : logicalName
}

/** Columns that belong to others, such as the name behind a lookup, are not sent; nor are party lists and their kin. */
function isInRows({ attributeOf, kind }: ColumnMetadata): boolean {
  return attributeOf === undefined && kind !== 'other'
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
