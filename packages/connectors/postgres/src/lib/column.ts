import { checkName } from './identifiers.js'

/** The types of PostgreSQL that columns are kept in. */
export type PostgresType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'double precision'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'integer[]'
  | 'jsonb'

/** One member of the rows and the column that it is kept in. */
export interface PostgresColumn {
  /** Member of the row as the service sends it: `name`, `_primarycontactid_value`, or an annotation. */
  readonly member: string
  readonly type: PostgresType
  /** Name of the column. Default: the member's. */
  readonly column?: string | undefined
  /**
   * Whether rows may come without the member; that is kept as NULL. The service sends every selected column, empty ones as
   * null, so that a member that is missing was not selected or is misspelt. Default: `true` for annotations, which are left
   * out where there is nothing to annotate, `false` for others.
   */
  readonly optional?: boolean | undefined
}

/** {@link PostgresColumn} with its defaults. */
export interface ResolvedColumn {
  readonly member: string
  readonly type: PostgresType
  readonly column: string
  readonly optional: boolean
}

/** Columns that the sink keeps for itself, in this order in front of those of the rows. */
export const ownColumns = {
  id: 'uuid',
  row_version: 'bigint',
  epoch: 'integer',
} as const

/** Present in tables whose deletions are soft. */
export const deletedColumn = 'deleted_at'

const types: ReadonlySet<string> = new Set<PostgresType>([
  'text',
  'integer',
  'bigint',
  'numeric',
  'double precision',
  'boolean',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
  'integer[]',
  'jsonb',
])

const reserved: ReadonlySet<string> = new Set([...Object.keys(ownColumns), deletedColumn])

/** Every table has these; none can be created (PostgreSQL's manual: System Columns). */
const systemColumns: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

/** What a table may have (PostgreSQL's manual: Limits), less those of the sink. */
const maxColumns = 1_590

/**
 * Fills in the defaults.
 *
 * @throws TypeError for columns that a table cannot have
 */
export function resolveColumns(columns: readonly PostgresColumn[]): ResolvedColumn[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw new TypeError(
      'columns must be a list of at least one column, as describeColumns() makes it, such as { member: "name", type: "text" }',
    )
  }
  if (columns.length > maxColumns) {
    throw new TypeError(`a table takes ${maxColumns} columns, received ${columns.length}. Select fewer.`)
  }
  const members = new Set<string>()
  const names = new Set<string>()
  return columns.map(({ member, type, column = member, optional = member.includes('@') }) => {
    if (typeof member !== 'string' || member === '') {
      throw new TypeError(`a column's member must be the name of a member of the rows, received ${member}`)
    }
    if (!types.has(type)) {
      throw new TypeError(`column '${member}' has the type '${type}'; known are ${[...types].join(', ')}`)
    }
    checkName(`the column for '${member}'`, column)
    if (reserved.has(column) || systemColumns.has(column)) {
      const whose = reserved.has(column) ? 'the sink' : 'PostgreSQL'
      throw new TypeError(
        `the column '${column}' is one that ${whose} has itself. Name another with { member: '${member}', column: '…' }.`,
      )
    }
    if (members.has(member)) throw new TypeError(`columns name the member '${member}' twice`)
    if (names.has(column)) throw new TypeError(`columns name the column '${column}' twice`)
    members.add(member)
    names.add(column)
    return { member, type, column, optional }
  })
}
