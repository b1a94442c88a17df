import { DataverseError, parseSyncState, type StoredState, type SyncState } from '@deltaverse/core'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'

const statesTable = 'deltaverse_state'
const tablesTable = 'deltaverse_tables'

/** What is remembered of a table that a sink writes. */
export interface TableRecord {
  /** How often a sink has committed to it. */
  readonly commits: number
  /** Name of the state that the last commit saved, where it saved one. */
  readonly owner: string | undefined
  /**
   * Columns of the rows that the sink has written, each with the commit from which on every row has it. `undefined`: an earlier
   * release kept no record.
   */
  readonly columns: ReadonlyMap<string, number> | undefined
}

/** The two tables in which states and commits are kept, in one place. */
export interface Bookkeeping<C extends SqlConnection = SqlConnection> {
  /** The statements that make the tables. */
  readonly definitions: readonly string[]
  /** Whether the tables are there. */
  isThere(connection: C): Promise<boolean>
  /** Makes what is missing, one process at a time; for a transaction of its own. */
  create(connection: C): Promise<void>
  hasState(connection: C, name: string): Promise<boolean>
  /**
   * The state under a name; `undefined` when there is none, or no bookkeeping yet.
   *
   * @param table a commit to this table that is still under way on a server, of a process that died, is waited for
   */
  loadState(connection: C, name: string, table?: string): Promise<StoredState | undefined>
  /** Saves a state if the stored revision is the expected one. @returns whether it was */
  saveState(
    connection: C,
    name: string,
    state: SyncState,
    expectedRevision: string | undefined,
    revision: string,
  ): Promise<boolean>
  /** Locks the record of a table until the end of the transaction, and reads it. */
  lockTable(connection: C, table: string): Promise<TableRecord | undefined>
  addTable(connection: C, table: string): Promise<void>
  /** Remembers which columns of the rows are in a table. */
  setColumns(connection: C, table: string, columns: ReadonlyMap<string, number>): Promise<void>
  /** Counts a commit, if the number is what it was at opening. @returns whether it was */
  countCommit(
    connection: C,
    table: string,
    expectedCommits: number,
    owner: string | undefined,
  ): Promise<boolean>
}

/** Creates the access to the bookkeeping of the place that a dialect is made for. */
export function createBookkeeping<C extends SqlConnection>(dialect: SqlDialect<C>): Bookkeeping<C> {
  const { text, types, catalogue } = dialect
  const states = text.table(statesTable)
  const tables = text.table(tablesTable)
  const asText = types.of({ kind: 'text' })
  const instant = types.of({ kind: 'timestamptz' })
  const definitions = [
    `CREATE TABLE IF NOT EXISTS ${states} (name ${asText} NOT NULL PRIMARY KEY, revision ${asText} NOT NULL, state ${types.jsonText} NOT NULL, saved_at ${instant} NOT NULL DEFAULT (${text.now}))`,
    `CREATE TABLE IF NOT EXISTS ${tables} (table_name ${asText} NOT NULL PRIMARY KEY, commits ${types.of({ kind: 'int64' })} NOT NULL, owner ${asText}, columns ${types.jsonText})`,
  ]
  const bookkeeping: Bookkeeping<C> = {
    definitions,
    async isThere(connection) {
      return (await catalogue.countTables(connection, [statesTable, tablesTable])) === 2
    },
    async create(connection) {
      await catalogue.lock(connection, 'create', '')
      await catalogue.makePlace(connection)
      for (const definition of definitions) await connection.query(definition)
    },
    async hasState(connection, name) {
      const { rows } = await connection.query(`SELECT 1 AS found FROM ${states} WHERE name = $1`, [name])
      return rows.length > 0
    },
    async loadState(connection, name, table) {
      if (!(await bookkeeping.isThere(connection))) return undefined
      if (table !== undefined && text.lockRows.share !== '') {
        await connection.query(
          `SELECT 1 AS found FROM ${tables} WHERE table_name = $1${text.lockRows.share}`,
          [table],
        )
      }
      const found = await connection.query(
        `SELECT revision, CAST(state AS ${asText}) AS state FROM ${states} WHERE name = $1`,
        [name],
      )
      const [row] = found.rows
      return row && { revision: String(row.revision), state: parseState(String(row.state), name, states) }
    },
    async saveState(connection, name, state, expectedRevision, revision) {
      const json = JSON.stringify(state)
      const saved =
        expectedRevision === undefined
          ? await connection.query(
              `INSERT INTO ${states} (name, revision, state) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
              [name, revision, json],
            )
          : await connection.query(
              `UPDATE ${states} SET revision = $2, state = $3, saved_at = ${text.now} WHERE name = $1 AND revision = $4`,
              [name, revision, json, expectedRevision],
            )
      return saved.count === 1
    },
    async lockTable(connection, table) {
      const found = await connection.query(
        `SELECT CAST(commits AS ${asText}) AS commits, owner, CAST(columns AS ${asText}) AS columns FROM ${tables} WHERE table_name = $1${text.lockRows.update}`,
        [table],
      )
      const [row] = found.rows
      return (
        row && { commits: Number(row.commits), owner: textOr(row.owner), columns: parseColumns(row.columns) }
      )
    },
    async addTable(connection, table) {
      await connection.query(
        `INSERT INTO ${tables} (table_name, commits) VALUES ($1, 0) ON CONFLICT (table_name) DO UPDATE SET commits = 0, owner = NULL, columns = NULL`,
        [table],
      )
    },
    async setColumns(connection, table, columns) {
      const json = JSON.stringify(Object.fromEntries(columns))
      await connection.query(`UPDATE ${tables} SET columns = $2 WHERE table_name = $1`, [table, json])
    },
    async countCommit(connection, table, expectedCommits, owner) {
      const counted = await connection.query(
        `UPDATE ${tables} SET commits = commits + 1, owner = $3 WHERE table_name = $1 AND commits = $2`,
        [table, expectedCommits, owner ?? null],
      )
      return counted.count === 1
    },
  }
  return bookkeeping
}

function textOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** An earlier release wrote a list of names. */
function parseColumns(json: unknown): ReadonlyMap<string, number> | undefined {
  const value: unknown = typeof json === 'string' ? JSON.parse(json) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return new Map(value.map((name) => [String(name), 0]))
  return new Map(Object.entries(value).map(([name, since]) => [name, Number(since)]))
}

function parseState(text: string, name: string, states: string): SyncState {
  try {
    return parseSyncState(JSON.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new DataverseError(
      `The state '${name}' in ${states} cannot be read (${why}). Put back a copy of it, or delete it to start over: DELETE FROM ${states} WHERE name = '…'.`,
      { code: 'checkpoint-invalid', cause: error },
    )
  }
}
