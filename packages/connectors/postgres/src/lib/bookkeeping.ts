import { DataverseError, type StoredState, type SyncState } from '@deltaverse/core'
import type { Connection } from './connection.js'
import { quoteName, quoteQualified } from './identifiers.js'
import { lockKey } from './lock-key.js'

const statesTable = 'deltaverse_state'
const tablesTable = 'deltaverse_tables'

/** What is remembered of a table that a sink writes. */
export interface TableRecord {
  /** How often a sink has committed to it. */
  readonly commits: number
  /** Name of the state that the last commit saved, where it saved one. */
  readonly owner: string | undefined
}

/** The two tables in which states and commits are kept, in one schema. */
export interface Bookkeeping {
  /** The statements that make the tables. */
  readonly definitions: readonly string[]
  /** Whether schema and tables are there. */
  isThere(connection: Connection): Promise<boolean>
  /** Makes what is missing, one process at a time; for a transaction of its own. */
  create(connection: Connection): Promise<void>
  hasState(connection: Connection, name: string): Promise<boolean>
  /**
   * The state under a name; `undefined` when there is none, or no bookkeeping yet.
   *
   * @param table a commit to this table that is still under way on the server, of a process that died, is waited for
   */
  loadState(connection: Connection, name: string, table?: string): Promise<StoredState | undefined>
  /** Saves a state if the stored revision is the expected one. @returns whether it was */
  saveState(
    connection: Connection,
    name: string,
    state: SyncState,
    expectedRevision: string | undefined,
    revision: string,
  ): Promise<boolean>
  /** Locks the record of a table until the end of the transaction, and reads it. */
  lockTable(connection: Connection, table: string): Promise<TableRecord | undefined>
  addTable(connection: Connection, table: string): Promise<void>
  /** Counts a commit, if the number is what it was at opening. @returns whether it was */
  countCommit(
    connection: Connection,
    table: string,
    expectedCommits: number,
    owner: string | undefined,
  ): Promise<boolean>
}

/** Creates the access to the bookkeeping of a schema. */
export function createBookkeeping(schema: string): Bookkeeping {
  const states = quoteQualified(schema, statesTable)
  const tables = quoteQualified(schema, tablesTable)
  const definitions = [
    `CREATE TABLE IF NOT EXISTS ${states} (name text PRIMARY KEY, revision text NOT NULL, state json NOT NULL, saved_at timestamptz NOT NULL DEFAULT now())`,
    `CREATE TABLE IF NOT EXISTS ${tables} (table_name text PRIMARY KEY, commits bigint NOT NULL, owner text)`,
  ]
  const bookkeeping: Bookkeeping = {
    definitions,
    async isThere(connection) {
      const { rows } = await connection.query(
        'SELECT count(*)::integer AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname IN ($2, $3)',
        [schema, statesTable, tablesTable],
      )
      return rows[0]?.found === 2
    },
    async create(connection) {
      await connection.query('SELECT pg_advisory_xact_lock($1, $2)', [...lockKey('create', schema, '')])
      const { rows } = await connection.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
      // Asked first, as CREATE … IF NOT EXISTS wants the permission even where there is nothing to do.
      if (rows.length === 0) await connection.query(`CREATE SCHEMA ${quoteName(schema)}`)
      for (const definition of definitions) await connection.query(definition)
    },
    async hasState(connection, name) {
      const { rows } = await connection.query(`SELECT FROM ${states} WHERE name = $1`, [name])
      return rows.length > 0
    },
    async loadState(connection, name, table) {
      if (!(await bookkeeping.isThere(connection))) return undefined
      if (table !== undefined) {
        await connection.query(`SELECT FROM ${tables} WHERE table_name = $1 FOR SHARE`, [table])
      }
      const found = await connection.query(
        `SELECT revision, state::text AS state FROM ${states} WHERE name = $1`,
        [name],
      )
      const [row] = found.rows
      return row && { revision: String(row.revision), state: parseState(String(row.state), name, states) }
    },
    async saveState(connection, name, state, expectedRevision, revision) {
      const text = JSON.stringify(state)
      const saved =
        expectedRevision === undefined
          ? await connection.query(
              `INSERT INTO ${states} (name, revision, state) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
              [name, revision, text],
            )
          : await connection.query(
              `UPDATE ${states} SET revision = $2, state = $3, saved_at = now() WHERE name = $1 AND revision = $4`,
              [name, revision, text, expectedRevision],
            )
      return saved.count === 1
    },
    async lockTable(connection, table) {
      const found = await connection.query(
        `SELECT commits::text AS commits, owner FROM ${tables} WHERE table_name = $1 FOR UPDATE`,
        [table],
      )
      const [row] = found.rows
      return row && { commits: Number(row.commits), owner: (row.owner as string | null) ?? undefined }
    },
    async addTable(connection, table) {
      await connection.query(
        `INSERT INTO ${tables} (table_name, commits) VALUES ($1, 0) ON CONFLICT (table_name) DO UPDATE SET commits = 0, owner = NULL`,
        [table],
      )
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

function parseState(text: string, name: string, states: string): SyncState {
  let state: unknown
  try {
    state = JSON.parse(text)
  } catch {
    // Said below.
  }
  const { version, checkpoint } = (state ?? {}) as Partial<Record<keyof SyncState, unknown>>
  if (version === 1 && typeof checkpoint === 'object' && checkpoint !== null) return state as SyncState
  throw new DataverseError(
    `The state '${name}' in ${states} cannot be read${version === undefined || version === 1 ? '' : `: its version is ${JSON.stringify(version)}, known is 1`}. Put back a copy of it, or delete it to start over: DELETE FROM ${states} WHERE name = '…'.`,
    { code: 'checkpoint-invalid' },
  )
}
