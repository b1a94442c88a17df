import { type CallOptions, DataverseError } from '@deltaverse/core'
import type { ColumnDetail, ColumnKind, ColumnMetadata, MetadataReader } from '@deltaverse/metadata'
import type { PostgresColumn, PostgresType } from './column.js'

export interface DescribeColumnsOptions {
  /** The table, as in URLs: `accounts`. */
  readonly entitySet: string
  /**
   * The members to keep: those that the feed selects, and annotations that it asks for
   * (`statecode@OData.Community.Display.V1.FormattedValue`). Default: all columns that rows can hold.
   */
  readonly select?: readonly string[] | undefined
  /** Gives a member's column another name. Default: the member's own. */
  readonly columnName?: ((member: string) => string) | undefined
}

const typeOfKind: Readonly<Record<Exclude<ColumnKind, 'date'>, PostgresType>> = {
  text: 'text',
  'whole-number': 'integer',
  'big-integer': 'bigint',
  decimal: 'numeric',
  money: 'numeric',
  double: 'double precision',
  boolean: 'boolean',
  choice: 'integer',
  state: 'integer',
  status: 'integer',
  choices: 'integer[]',
  lookup: 'uuid',
  owner: 'uuid',
  guid: 'uuid',
  image: 'text',
  file: 'text',
  other: 'jsonb',
}

/**
 * Asks the service's metadata which columns of PostgreSQL take the columns of a table.
 *
 * The primary key is left out, as the sink keeps it in `id`. Without `select` the columns are `optional`, as metadata does not
 * tell for certain which of them rows hold.
 *
 * @throws DataverseError `not-found` when there is no such table, `bad-request` for a column that it does not have
 *
 * Source of what is sent for which type: Microsoft Learn, "Web API types and operations".
 */
export async function describeColumns(
  metadata: Pick<MetadataReader, 'tableOfSet' | 'details'>,
  options: DescribeColumnsOptions,
  call: CallOptions = {},
): Promise<PostgresColumn[]> {
  const { entitySet, select, columnName = (member) => member } = options
  const table = await metadata.tableOfSet(entitySet, call)
  const byMember = new Map<string, ColumnMetadata>()
  for (const column of table.columns.values()) byMember.set(memberOf(column), column)
  const members = select ?? [...byMember].flatMap(([member, column]) => (isInRows(column) ? [member] : []))
  const kept = [...new Set(members)].filter((member) => byMember.get(member)?.isPrimaryId !== true)
  const hasDates = kept.some((member) => byMember.get(member)?.kind === 'date')
  const dates = hasDates ? await metadata.details(table.logicalName, 'date', call) : undefined
  return kept.map((member) => {
    const type = member.includes('@') ? 'text' : typeOf(found(member), dates)
    const column = columnName(member)
    return {
      member,
      type,
      ...(column === member ? {} : { column }),
      ...(select === undefined ? { optional: true } : {}),
    }
  })

  function found(member: string): ColumnMetadata {
    const column = byMember.get(member)
    if (column !== undefined) return column
    const lookup = table.columns.get(member)
    throw new DataverseError(
      lookup === undefined
        ? `The table '${table.logicalName}' has no column '${member}'. Take it out of select.`
        : `'${member}' is a lookup. Select it as '${memberOf(lookup)}'.`,
      { code: 'bad-request' },
    )
  }
}

/** Under which name rows hold a column. */
function memberOf({ kind, logicalName }: ColumnMetadata): string {
  return kind === 'lookup' || kind === 'owner' ? `_${logicalName}_value` : logicalName
}

/** Columns that belong to others, such as the name behind a lookup, are not sent; nor are party lists and their kin. */
function isInRows({ attributeOf, kind }: ColumnMetadata): boolean {
  return attributeOf === undefined && kind !== 'other'
}

function typeOf(
  { kind, logicalName }: ColumnMetadata,
  dates: ReadonlyMap<string, ColumnDetail> | undefined,
): PostgresType {
  if (kind !== 'date') return typeOfKind[kind]
  switch (dates?.get(logicalName)?.dateBehavior) {
    case 'DateOnly':
      return 'date'
    // A clock's time of no zone, which the service writes with a Z.
    case 'TimeZoneIndependent':
      return 'timestamp'
    default:
      return 'timestamptz'
  }
}
