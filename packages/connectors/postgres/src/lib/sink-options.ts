import type { Pool } from 'pg'
import { type PostgresColumn, type ResolvedColumn, resolveColumns } from './column.js'
import type { InvalidText } from './column-text.js'
import { checkName } from './identifiers.js'

export interface PostgresSinkOptions {
  /** Pool of the `pg` package. The sink takes one connection while a commit is under way; a lease has one of its own. */
  readonly pool: Pool
  /** Table that the rows are kept in. */
  readonly table: string
  /** Schema of the table, and of the two tables of bookkeeping beside it. Default: `public`. */
  readonly schema?: string | undefined
  /** Members to keep and their types, as `describeColumns()` tells them. */
  readonly columns: readonly PostgresColumn[]
  /**
   * What becomes of rows that are deleted in Dataverse: they go (`hard`), or stay with the time in `deleted_at` (`soft`); a row
   * that comes back loses that mark. Default: `hard`.
   */
  readonly deletions?: 'hard' | 'soft' | undefined
  /**
   * How a full read of a table that has rows already reaches its readers: row by row as it comes, what is gone at the end
   * (`in-place`), or all at once at the end (`at-end`), which needs room for a second copy meanwhile. Default: `in-place`.
   */
  readonly resync?: 'in-place' | 'at-end' | undefined
  /** Whether a missing table is created, with its schema and bookkeeping. Default: `true`. */
  readonly createTable?: boolean | undefined
  /**
   * What to do when the table lacks columns: add them, refuse to open, or leave their values out. A column of another type is
   * always refused. Default: `add-columns`.
   */
  readonly schemaChanges?: 'add-columns' | 'refuse' | 'ignore' | undefined
  /** Members of a row that no column is for. The service adds some on its own, such as the currency of money. Default: `ignore`. */
  readonly unknownMembers?: 'ignore' | 'refuse' | undefined
  /**
   * Text that PostgreSQL cannot store (NUL characters, halves of surrogate pairs): refuse the row, or keep U+FFFD in their
   * place. Default: `refuse`.
   */
  readonly invalidText?: InvalidText | undefined
  /** How long to wait for a lease that is taken, in milliseconds; a server may need a moment to notice a death. Default: 500. */
  readonly leaseWaitMs?: number | undefined
}

/** {@link PostgresSinkOptions} with their defaults. */
export interface ResolvedSinkOptions {
  readonly pool: Pool
  readonly table: string
  readonly schema: string
  readonly columns: readonly ResolvedColumn[]
  readonly deletions: 'hard' | 'soft'
  readonly resync: 'in-place' | 'at-end'
  readonly createTable: boolean
  readonly schemaChanges: 'add-columns' | 'refuse' | 'ignore'
  readonly unknownMembers: 'ignore' | 'refuse'
  readonly invalidText: InvalidText
  readonly leaseWaitMs: number
}

/** @throws TypeError or RangeError for options that cannot be right */
export function resolveSinkOptions(options: PostgresSinkOptions): ResolvedSinkOptions {
  const { pool, table, schema, deletions, resync, schemaChanges, unknownMembers, invalidText } = options
  const { createTable = true } = options
  if (typeof createTable !== 'boolean') {
    throw new TypeError(`createTable must be true or false, received ${createTable}`)
  }
  return {
    pool: checkPool(pool),
    table: checkName('table', table),
    schema: checkName('schema', schema ?? 'public'),
    columns: resolveColumns(options.columns),
    deletions: oneOf('deletions', deletions, ['hard', 'soft']),
    resync: oneOf('resync', resync, ['in-place', 'at-end']),
    createTable,
    schemaChanges: oneOf('schemaChanges', schemaChanges, ['add-columns', 'refuse', 'ignore']),
    unknownMembers: oneOf('unknownMembers', unknownMembers, ['ignore', 'refuse']),
    invalidText: oneOf('invalidText', invalidText, ['refuse', 'replace']),
    leaseWaitMs: checkWait(options.leaseWaitMs),
  }
}

/** @throws TypeError for what is no pool of `pg` */
export function checkPool(pool: Pool): Pool {
  if (typeof pool?.connect === 'function' && typeof pool.query === 'function') return pool
  throw new TypeError("pool must be a Pool of the package 'pg', such as new Pool({ connectionString })")
}

/** @throws RangeError unless it is a time that PostgreSQL takes as `lock_timeout` */
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
