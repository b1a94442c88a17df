/** A value on its way into a statement. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** A row of a result. */
export type SqlRow = Readonly<Record<string, unknown>>

/** One connection, taken for a while. */
export interface SqlConnection {
  /**
   * Runs one statement; `$1` and so on stand for the values.
   *
   * @throws what the driver throws
   */
  query(
    sql: string,
    values?: readonly SqlValue[],
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly count: number }>
  /** Reads what a query finds, of one moment, a group of rows in memory at a time. */
  readGroups(sql: string, rowsInGroup: number): AsyncGenerator<readonly SqlRow[], void, undefined>
  /** Gives the connection back. */
  release(): void
  /** Breaks the connection: what is under way fails and is rolled back. */
  destroy(): void
}
