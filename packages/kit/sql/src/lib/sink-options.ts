import type { TableSchema } from '@deltaverse/schema'
import { columnsOfSchema, resolveColumns, type SqlColumn, type TableColumns } from './columns.js'
import type { SqlDialect } from './dialect.js'
import { checkName } from './names.js'
import type { InvalidText } from './storable-text.js'

/** What the sink of any SQL database takes, beside where the database is. */
export interface SqlSinkOptions {
  /** Table that the rows are kept in. */
  readonly table: string
  /**
   * Members to keep and their types, named by hand. Default: those of the schema that the source brings
   * (`Sink.applySchema`).
   */
  readonly columns?: readonly SqlColumn[] | undefined
  /** The schema of the rows, where neither the source brings one nor `columns` are named. */
  readonly tableSchema?: TableSchema | undefined
  /**
   * What becomes of rows that are deleted in the source: they go (`hard`), or stay with the time in `deleted_at` (`soft`); a row
   * that comes back loses that mark. Default: `hard`.
   */
  readonly deletions?: 'hard' | 'soft' | undefined
  /**
   * How a snapshot of a table that has rows already reaches its readers: row by row as it comes, what is gone at the end
   * (`in-place`), or all at once at the end (`at-end`), which needs room for a second copy meanwhile. Default: `in-place`.
   */
  readonly resync?: 'in-place' | 'at-end' | undefined
  /** Whether a missing table is created, with its place and bookkeeping. Default: `true`. */
  readonly createTable?: boolean | undefined
  /**
   * What to do when the table is not as its columns say: `add` those that are missing; `widen` types as well, where the database
   * can and every value stays what it is; `refuse` to open; or `ignore` the values of columns that are missing. Any other
   * type is refused always. Default: `add`.
   */
  readonly schemaChanges?: SchemaChanges | undefined
  /** Members of a row that no column is for. Sources add some on their own, such as the currency of money. Default: `ignore`. */
  readonly unknownMembers?: 'ignore' | 'refuse' | undefined
  /**
   * What a column that is `optional` holds behind a row that came without its member: what it held before (`keep`), or nothing
   * (`empty`). Annotations that are absent always become empty. Default: `keep`.
   */
  readonly absentMembers?: 'keep' | 'empty' | undefined
  /**
   * Text that databases cannot store (NUL characters, halves of surrogate pairs): refuse the row, or keep U+FFFD in their
   * place. Default: `refuse`.
   */
  readonly invalidText?: InvalidText | undefined
  /** How long to wait for a lease that is taken, in milliseconds. Default: 500. */
  readonly leaseWaitMs?: number | undefined
}

/** What a sink does about a table that is not as its columns say. */
export type SchemaChanges = 'add' | 'widen' | 'refuse' | 'ignore'

/** {@link SqlSinkOptions} with their defaults. */
export interface ResolvedSinkOptions {
  readonly table: string
  /** `undefined` until the source has brought a schema. */
  readonly columns: TableColumns | undefined
  readonly deletions: 'hard' | 'soft'
  readonly resync: 'in-place' | 'at-end'
  readonly createTable: boolean
  readonly schemaChanges: SchemaChanges
  readonly unknownMembers: 'ignore' | 'refuse'
  readonly absentMembers: 'keep' | 'empty'
  readonly invalidText: InvalidText
  readonly leaseWaitMs: number
}

/** @throws TypeError or RangeError for options that cannot be right */
export function resolveSinkOptions(
  dialect: Pick<SqlDialect, 'name' | 'limits'>,
  options: SqlSinkOptions,
): ResolvedSinkOptions {
  const { table, deletions, resync, schemaChanges, unknownMembers, invalidText, createTable = true } = options
  if (typeof createTable !== 'boolean') {
    throw new TypeError(`createTable must be true or false, received ${createTable}`)
  }
  return {
    table: checkName(dialect, 'table', table),
    columns: givenColumns(dialect, options),
    deletions: oneOf('deletions', deletions, ['hard', 'soft']),
    resync: oneOf('resync', resync, ['in-place', 'at-end']),
    createTable,
    schemaChanges: oneOf('schemaChanges', schemaChanges, ['add', 'widen', 'refuse', 'ignore']),
    unknownMembers: oneOf('unknownMembers', unknownMembers, ['ignore', 'refuse']),
    absentMembers: oneOf('absentMembers', options.absentMembers, ['keep', 'empty']),
    invalidText: oneOf('invalidText', invalidText, ['refuse', 'replace']),
    leaseWaitMs: checkWait(options.leaseWaitMs),
  }
}

function givenColumns(
  dialect: Pick<SqlDialect, 'name' | 'limits'>,
  { columns, tableSchema }: SqlSinkOptions,
): TableColumns | undefined {
  if (columns !== undefined && tableSchema !== undefined) {
    throw new TypeError('columns and tableSchema both say what the columns are: give one of them')
  }
  if (columns !== undefined) return { id: { kind: 'uuid' }, columns: resolveColumns(dialect, columns) }
  return tableSchema === undefined ? undefined : columnsOfSchema(dialect, tableSchema)
}

/** @throws RangeError unless it is a time in milliseconds that databases take */
export function checkWait(leaseWaitMs: number = 500): number {
  if (Number.isSafeInteger(leaseWaitMs) && leaseWaitMs >= 0 && leaseWaitMs < 2 ** 31) return leaseWaitMs
  throw new RangeError(
    `leaseWaitMs must be a whole number of milliseconds, 0 or more, received ${leaseWaitMs}`,
  )
}

/** The first value is the default. */
function oneOf<const T extends string>(name: string, value: T | undefined, values: readonly [T, ...T[]]): T {
  if (value === undefined) return values[0]
  if (values.includes(value)) return value
  throw new TypeError(
    `${name} must be one of ${values.map((each) => `'${each}'`).join(', ')}, received '${value}'`,
  )
}
