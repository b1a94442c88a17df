import { badRowSpec, requireDeadLetterFile } from '@deltaverse/bad-rows'
import {
  callable,
  durationMs,
  flag,
  type Option,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
} from '@deltaverse/options'
import type { TableSchema } from '@deltaverse/schema'
import { columnsOfSchema, resolveColumns, type SqlColumn, type TableColumns } from './columns.js'
import type { SqlDialect } from './dialect.js'
import { checkName } from './names.js'
import type { SqlEvent } from './sql-event.js'

/** The lease of a sink or a store of states. */
export const leaseSpec = {
  leaseWaitMs: durationMs({ default: 500, min: 0, doc: 'How long to wait for a lease that is taken.' }),
} as const

/** What a table is kept like: options that a file or a command line can hold. */
export const sqlTableSpec = {
  deletions: oneOf(['hard', 'soft'], {
    default: 'hard',
    doc: 'Rows that are deleted in the source go, or stay with the time in `deleted_at`; a row that comes back loses that mark.',
  }),
  resync: oneOf(['in-place', 'at-end'], {
    default: 'in-place',
    doc: 'How a snapshot of a table that has rows reaches its readers: row by row as it comes, what is gone at its end; or all at once at the end, which needs room for a second copy meanwhile.',
  }),
  createTable: flag({
    default: true,
    doc: 'Whether a missing table is created, with its place and bookkeeping.',
  }),
  schemaChanges: oneOf(['add', 'widen', 'refuse', 'ignore'], {
    default: 'add',
    doc: 'What is done about a table that is not as its columns say: missing columns are added; types widened as well, where the database can and every value stays what it is; nothing, and it is not opened; or the values of missing columns are left out. Any other type is refused always.',
  }),
  unknownMembers: oneOf(['ignore', 'refuse'], {
    default: 'ignore',
    doc: 'Members of a row that no column is for. Sources add some on their own, such as the currency of money.',
  }),
  absentMembers: oneOf(['keep', 'empty'], {
    default: 'keep',
    doc: 'What an optional column holds behind a row that came without its member: what it held before, or nothing. Annotations that are absent always become empty.',
  }),
  badCharacters: oneOf(['refuse', 'strip', 'replace'], {
    default: 'refuse',
    doc: 'What becomes of characters that databases cannot store (NUL, halves of surrogate pairs): the row is refused, they are left out (strip), or U+FFFD stands in their place (replace).',
  }),
  ...badRowSpec,
  ...leaseSpec,
} as const

/** What the sink of any SQL database takes, beside where the database is. */
export const sqlSinkSpec = {
  table: text({ required: true, doc: 'Table that the rows are kept in.' }),
  columns: describing<readonly SqlColumn[]>(
    'a list of columns',
    'Members to keep and their types, named by hand. Without it, those of the schema that the source brings.',
  ),
  tableSchema: describing<TableSchema>(
    'a schema of @deltaverse/schema',
    'The schema of the rows, where neither the source brings one nor the columns are named.',
  ),
  ...sqlTableSpec,
  onEvent: callable<(event: SqlEvent) => void>()({
    default: () => undefined,
    defaultText: 'nothing',
    doc: 'Told of what the sink meets, see `SqlEvent`, and not waited for.',
  }),
} as const

export type SqlSinkOptions = OptionsInput<typeof sqlSinkSpec>

/** {@link SqlSinkOptions} that were checked, with their defaults. */
export type ParsedSqlSinkOptions = OptionsOutput<typeof sqlSinkSpec>

/** What a sink does about a table that is not as its columns say. */
export type SchemaChanges = ParsedSqlSinkOptions['schemaChanges']

/** {@link ParsedSqlSinkOptions} that fit a database. */
export interface ResolvedSinkOptions extends Omit<ParsedSqlSinkOptions, 'columns' | 'tableSchema'> {
  /** `undefined` until the source has brought a schema. */
  readonly columns: TableColumns | undefined
}

type Rules = Pick<SqlDialect, 'name' | 'limits' | 'capabilities'>

/** @throws TypeError for names and columns that the database cannot have */
export function resolveSinkOptions(rules: Rules, options: ParsedSqlSinkOptions): ResolvedSinkOptions {
  const { columns: named, tableSchema, ...rest } = options
  checkName(rules, 'table', options.table)
  requireDeadLetterFile(options)
  return { ...rest, columns: givenColumns(rules, named, tableSchema) }
}

function givenColumns(
  rules: Rules,
  columns: readonly SqlColumn[] | undefined,
  schema: TableSchema | undefined,
): TableColumns | undefined {
  if (columns !== undefined && schema !== undefined) {
    throw new TypeError('columns and tableSchema both say what the columns are: give one of them')
  }
  if (columns !== undefined) return { id: { kind: 'uuid' }, columns: resolveColumns(rules, columns) }
  return schema === undefined ? undefined : columnsOfSchema(rules, schema)
}

/** An option whose value says what columns there are; it is looked at as a whole, with what the database takes. */
function describing<T>(type: string, doc: string): Option<T, T | undefined, false> {
  return {
    parse: (_, value) => value as T | undefined,
    isRequired: false,
    type,
    defaultText: undefined,
    doc,
    schema: undefined,
  }
}
