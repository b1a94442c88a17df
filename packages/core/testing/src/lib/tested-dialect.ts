import type { Lease } from '@deltaverse/core'
import type { ColumnKind, ColumnType } from '@deltaverse/schema'

type SqlValue = string | number | bigint | Uint8Array | null
type SqlRow = Readonly<Record<string, unknown>>

/** What the suite uses of a connection, as `SqlConnection` of `@deltaverse/sql` has it. */
export interface TestedConnection {
  query(
    sql: string,
    values?: readonly SqlValue[],
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly count: number }>
  readGroups(sql: string, rowsInGroup: number): AsyncGenerator<readonly SqlRow[], void, undefined>
  release(): void
  destroy(): void
}

interface StagedRow {
  readonly number: number
  readonly id: string
  readonly gone: boolean
  readonly rowVersion: string | null
  readonly lacks: string | null
  readonly values: readonly SqlValue[]
}

/** What the suite uses of a dialect, as `SqlDialect` of `@deltaverse/sql` has it. */
export interface TestedDialect<C extends TestedConnection = TestedConnection> {
  readonly limits: { readonly nameBytes: number }
  readonly capabilities: { readonly altersTypes: boolean; readonly ignoresCase: boolean }
  readonly types: {
    of(type: ColumnType): string
    isWidening(from: string, to: string): boolean
    readonly write: Partial<Readonly<Record<ColumnKind, (text: string) => SqlValue>>>
    readonly stageNumber: string
  }
  readonly text: {
    table(name: string): string
    readonly now: string
    createStage(columns: string): readonly string[]
    readonly stage: string
    readonly emptyStage: string
    readonly indexStage: string
    alterType(table: string, column: string, type: string): string
  }
  readonly errors: {
    explain(error: unknown, doing: string): Error
    isUniqueViolation(error: unknown): boolean
    isMissingTable(error: unknown): boolean
    isRowFault(error: unknown): boolean
  }
  readonly catalogue: {
    countTables(connection: C, names: readonly string[]): Promise<number>
    makePlace(connection: C): Promise<void>
    uniqueColumns(connection: C, table: string): Promise<readonly string[]>
    readRelation(
      connection: C,
      table: string,
    ): Promise<
      | {
          readonly isTable: boolean
          readonly isKeyed: boolean
          readonly columns: ReadonlyMap<
            string,
            { readonly type: string; readonly isDemanded: boolean; readonly isGenerated: boolean }
          >
        }
      | undefined
    >
  }
  connect(): Promise<C>
  close(): Promise<void>
  begin(what: 'look' | 'prepare' | 'write'): readonly string[]
  createLoader(
    connection: C,
    stage: { readonly table: string; readonly columns: number; readonly doing: string },
  ): { load(row: StagedRow): Promise<void> | undefined; end(): Promise<void> }
  acquireLease(name: string, waitMs: number): Promise<Lease>
}

/** What the suite needs to know about a dialect. Cases run one after another; each begins with `create`. */
export interface DialectHarness<C extends TestedConnection = TestedConnection> {
  /** A dialect for a fresh, empty place. */
  create(): TestedDialect<C> | Promise<TestedDialect<C>>
  /** Another one for the same place, as another process makes it. */
  reopen(): TestedDialect<C> | Promise<TestedDialect<C>>
  /** Called at the end of every case. */
  dispose?(): void | Promise<void>
}
