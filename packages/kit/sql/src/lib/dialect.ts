import type { CallOptions, Lease } from '@deltaverse/core'
import type { ColumnKind, ColumnType } from '@deltaverse/schema'
import type { SqlWaits } from './blocker.js'
import type { SqlConnection, SqlRow, SqlValue } from './connection.js'

/**
 * What one database does in its own way. Everything else about keeping a table in it is in this package.
 *
 * A dialect is made for one place (a schema of a server, a file): tables are named in it without saying where.
 */
export interface SqlDialect<C extends SqlConnection = SqlConnection> {
  /** Name of the database for messages: `PostgreSQL`. */
  readonly name: string
  readonly limits: SqlLimits
  readonly capabilities: SqlCapabilities
  readonly types: SqlTypes
  readonly text: SqlText
  readonly errors: SqlErrors
  readonly catalogue: SqlCatalogue<C>
  readonly waits?: SqlWaits<C> | undefined
  connect(): Promise<C>
  /** Lets go of what the dialect itself holds open. Safe to call twice. */
  close(): Promise<void>
  /** The statements that begin a transaction. */
  begin(what: TransactionKind): readonly string[]
  /** Creates what brings rows to the staging table of a transaction. Nothing is sent before the first row. */
  createLoader(connection: C, stage: LoaderStage): RowLoader
  /**
   * Takes a name for one holder, in a way that ends with the process however that ends.
   *
   * @throws DataverseError `conflict` that names the holder
   */
  acquireLease(name: string, waitMs: number, call?: CallOptions): Promise<Lease>
}

/**
 * What a transaction is for: to look, to make tables and change what is remembered of them, or to bring rows. The last may be
 * open for as long as a source takes to send them.
 */
export type TransactionKind = 'look' | 'prepare' | 'write'

export interface SqlLimits {
  /** Bytes of a name. */
  readonly nameBytes: number
  /** Columns of a table beside those that the sink keeps for itself. */
  readonly columns: number
  /** Names that no column can have. */
  readonly reservedColumns: ReadonlySet<string>
}

export interface SqlCapabilities {
  /** Whether a column can get another type while rows are there. */
  readonly altersTypes: boolean
  /** Whether names of columns that differ in case alone are one. */
  readonly ignoresCase: boolean
}

export interface SqlTypes {
  /** The type of a column, written as the catalogue of the dialect gives it back. */
  of(type: ColumnType): string
  /** Whether a column of one type can become one of the other, with every value kept. Both as `of` writes them. */
  isWidening(from: string, to: string): boolean
  /** What becomes of the text of a value on its way into a column; a kind that is not named keeps its text. */
  readonly write: Partial<Readonly<Record<ColumnKind, (text: string) => SqlValue>>>
  /** Type of a column that keeps JSON text exactly as it is written. */
  readonly jsonText: string
  /** Type of the numbers of the staging table, which are unique. */
  readonly stageNumber: string
}

/** Where dialects write the same thing in other words. */
export interface SqlText {
  /** A table of the place, quoted. */
  table(name: string): string
  /** An expression: now, as a value of a `timestamptz`. */
  readonly now: string
  /** Statements that make the staging table anew, for one transaction. */
  createStage(columns: string): readonly string[]
  /** The staging table in other statements. */
  readonly stage: string
  readonly emptyStage: string
  /** Makes an index on `id` and `number` of the staging table, where there is none yet. */
  readonly indexStage: string
  /** Statements behind a change of rows that look at once for what would be refused at the end of the transaction only. */
  readonly checkDeferred: readonly string[]
  /** Behind a SELECT: locks the rows until the end of the transaction, or says nothing where a transaction locks everything. */
  readonly lockRows: { readonly share: string; readonly update: string }
  /** Changes the type of a column. Only asked for where {@link SqlCapabilities.altersTypes} says so. */
  alterType(table: string, column: string, type: string): string
  /** What mends a table without a key on `id`, for a message. */
  addPrimaryKey(table: string): string
}

/** Errors of the driver. */
export interface SqlErrors {
  /**
   * Makes a `DataverseError` of what the driver threw; a mistake in a program, such as a TypeError, is handed back.
   *
   * @param doing what was being done, such as `writing to public.accounts`
   */
  explain(error: unknown, doing: string): Error
  /** Whether the database gave up on one of several transactions that were in each other's way: the same again may do. */
  isDeadlock(error: unknown): boolean
  /** Whether two rows have one value in columns that are unique together. */
  isUniqueViolation(error: unknown): boolean
  isMissingTable(error: unknown): boolean
  /** Whether it is about the values of a row (their type, length, range, a constraint), so that the same without that row may do. */
  isRowFault(error: unknown): boolean
}

/** What there is in the place. */
export interface SqlCatalogue<C extends SqlConnection = SqlConnection> {
  /** One process at a time from here to the end of the transaction, for this purpose and name. */
  lock(connection: C, purpose: string, name: string): Promise<void>
  /** How many tables of these names there are. */
  countTables(connection: C, names: readonly string[]): Promise<number>
  /** Makes the place itself where it is missing. */
  makePlace(connection: C): Promise<void>
  /** Columns of a table that stand in a constraint or index which lets a value be there once; not those of its primary key. */
  uniqueColumns(connection: C, table: string): Promise<readonly string[]>
  /** What a table is; `undefined` when there is none of that name. */
  readRelation(connection: C, table: string): Promise<Relation | undefined>
}

/** A table as the catalogue of the database describes it. */
export interface Relation {
  /** Whether rows can be written to it: a table, not a view. */
  readonly isTable: boolean
  /** Whether `id` alone is unique, so that a row can be found by it. */
  readonly isKeyed: boolean
  readonly columns: ReadonlyMap<string, ActualColumn>
}

export interface ActualColumn {
  /** As {@link SqlTypes.of} writes it. */
  readonly type: string
  /** Whether an insert that does not mention the column is refused. */
  readonly isDemanded: boolean
  readonly isGenerated: boolean
}

/** One change as it lies in the staging table. */
export interface StagedRow {
  /** Place among the changes of the transaction. */
  readonly number: number
  readonly id: string
  readonly gone: boolean
  /** Digits. */
  readonly rowVersion: string | null
  /** Columns that the row came without, by their places, with commas around each; `null` where it had all. */
  readonly lacks: string | null
  /** In the order of the columns; empty for a row that is gone. */
  readonly values: readonly SqlValue[]
}

/** Columns of the staging table in front of those of the rows, in this order. */
export const stageColumns = ['number', 'id', 'gone', 'row_version', 'lacks'] as const

export interface LoaderStage {
  /** The staging table in statements. */
  readonly table: string
  /** How many columns the rows have. */
  readonly columns: number
  /** What is being done, for messages. */
  readonly doing: string
}

/** Brings rows to a staging table, no faster than the database takes them. */
export interface RowLoader {
  /** Returns nothing where there is nothing to wait for. */
  load(row: StagedRow): Promise<void> | undefined
  /** Resolves once the database has every row. */
  end(): Promise<void>
}

/** A count that a query gave, whatever type the driver has for it. */
export function countIn(rows: readonly SqlRow[], name: string): number {
  return Number(rows[0]?.[name] ?? 0)
}
