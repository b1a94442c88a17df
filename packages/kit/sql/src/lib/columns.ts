import {
  type ColumnKind,
  type ColumnSchema,
  type ColumnType,
  columnKinds,
  columnsBesideKey,
  memberOf,
  type TableSchema,
} from '@deltaverse/schema'
import type { SqlDialect } from './dialect.js'
import { checkName } from './names.js'

/** One member of the rows and the column that it is kept in. */
export interface SqlColumn {
  /** Member of the row as the source sends it: `name`, `_primarycontactid_value`, or an annotation. */
  readonly member: string
  readonly type: ColumnKind | ColumnType
  /** Name of the column. Default: the member's. */
  readonly column?: string | undefined
  /**
   * Whether rows may come without the member; the column then keeps what it held. Sources send every selected column, empty
   * ones as null, so that a member that is missing was not selected or is misspelt. Default: `true` for annotations, which
   * are left out where there is nothing to annotate, `false` for others.
   */
  readonly optional?: boolean | undefined
}

/** {@link SqlColumn} with its defaults. */
export interface ResolvedColumn {
  readonly member: string
  readonly type: ColumnType
  readonly column: string
  readonly optional: boolean
}

/** Columns of the rows, and the type of the key that they are found by. */
export interface TableColumns {
  readonly id: ColumnType
  readonly columns: readonly ResolvedColumn[]
}

/** Columns that the sink keeps for itself, in this order in front of those of the rows; the type of `id` is the key's. */
export const ownColumns: Readonly<Record<'row_version' | 'epoch', ColumnType>> = {
  row_version: { kind: 'int64' },
  epoch: { kind: 'int32' },
}

/** Present in tables whose deletions are soft. */
export const deletedColumn = 'deleted_at'
export const deletedType: ColumnType = { kind: 'timestamptz' }

const reserved: ReadonlySet<string> = new Set(['id', ...Object.keys(ownColumns), deletedColumn])

type Rules = Pick<SqlDialect, 'name' | 'limits' | 'capabilities'>

/**
 * The columns that a schema asks for. One column that is the primary key by itself is kept in `id`; a key of several is text,
 * as the source tells it, with its columns beside it.
 *
 * @throws TypeError for columns that a table cannot have
 */
export function columnsOfSchema(rules: Rules, schema: TableSchema): TableColumns {
  const [key, ...others] = schema.columns.filter(({ name }) => schema.primaryKey.includes(name))
  const isSingle = key !== undefined && others.length === 0
  const rest = isSingle ? columnsBesideKey(schema) : schema.columns
  return {
    id: isSingle ? key.type : { kind: 'text' },
    columns: resolveColumns(rules, rest.map(columnOf)),
  }
}

function columnOf(column: ColumnSchema): SqlColumn {
  const { name, type, optional } = column
  return { member: memberOf(column), type, column: name, ...(optional === undefined ? {} : { optional }) }
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError for columns that a table cannot have
 */
export function resolveColumns(rules: Rules, columns: readonly SqlColumn[]): ResolvedColumn[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw new TypeError(
      'columns must be a list of at least one column, such as { member: "name", type: "text" }',
    )
  }
  if (columns.length > rules.limits.columns) {
    throw new TypeError(
      `a table takes ${rules.limits.columns} columns, received ${columns.length}. Select fewer.`,
    )
  }
  const members = new Set<string>()
  const names = new Set<string>()
  return columns.map((given) => {
    const { member, column, type } = resolveColumn(rules, given)
    if (members.has(member)) throw new TypeError(`columns name the member '${member}' twice`)
    const folded = foldName(rules, column)
    if (names.has(folded)) throw new TypeError(`columns name the column '${column}' twice`)
    members.add(member)
    names.add(folded)
    return { member, column, type, optional: given.optional ?? isAnnotation(member) }
  })
}

/** Annotations say something of another member, whose name stands before the `@`; where there is nothing to say they are left out. */
export function isAnnotation(member: string): boolean {
  return member.includes('@')
}

function resolveColumn(
  rules: Rules,
  { member, type, column = member }: SqlColumn,
): Omit<ResolvedColumn, 'optional'> {
  if (typeof member !== 'string' || member === '') {
    throw new TypeError(`a column's member must be the name of a member of the rows, received ${member}`)
  }
  const whole = typeof type === 'string' ? { kind: type } : type
  if (!columnKinds.includes(whole?.kind)) {
    const received = typeof type === 'string' ? type : JSON.stringify(type)
    throw new TypeError(`column '${member}' has the type '${received}'; known are ${columnKinds.join(', ')}`)
  }
  checkName(rules, `the column for '${member}'`, column)
  const isOwn = reserved.has(foldName(rules, column))
  if (isOwn || rules.limits.reservedColumns.has(column)) {
    const whose = isOwn ? 'the sink' : rules.name
    throw new TypeError(
      `the column '${column}' is one that ${whose} has itself. Name another with { member: '${member}', column: '…' }.`,
    )
  }
  return { member, type: whole, column }
}

/** A name of a column as the database tells it from others. */
export function foldName({ capabilities }: Pick<SqlDialect, 'capabilities'>, name: string): string {
  return capabilities.ignoresCase ? name.toLowerCase() : name
}
