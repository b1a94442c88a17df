import { checkName, quoteName, type SqlDialect } from '@deltaverse/sql'
import { createCatalogue } from './catalogue.js'
import { connect, type PostgresConnection } from './connection.js'
import { postgresErrors } from './errors.js'
import { acquireLease } from './lease.js'
import { createCopyLoader } from './loader.js'
import type { PostgresPlace } from './place.js'
import { postgresTypes } from './types.js'
import { createWaits } from './waits.js'

/** What PostgreSQL takes as names; `checkName()` needs no more of a dialect. */
const rules: Pick<SqlDialect, 'name' | 'limits'> = {
  name: 'PostgreSQL',
  limits: {
    // It cuts longer names without a word, so that two of them could become one (its manual: Lexical Structure).
    nameBytes: 63,
    // What a table may have (its manual: Limits), less those of the sink.
    columns: 1_590,
    // Every table has these; none can be created (its manual: System Columns).
    reservedColumns: new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']),
  },
}

const readCommitted = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'

/**
 * For a transaction that rows come to: the time that `COPY` and the transaction wait for rows is the source's, so no timeout of
 * the pool counts it, and only a process that stands still for `staleAfterMs` loses its session; and the server looks once a
 * second whether we are still there while it works on a statement, so that a run which died holds no locks for long (since
 * version 14, and not on Windows).
 */
const patience = (staleAfterMs: number): string =>
  `SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '${staleAfterMs}ms', true) ` +
  "UNION ALL SELECT set_config('client_connection_check_interval', '1s', true), NULL " +
  "WHERE current_setting('client_connection_check_interval', true) IS NOT NULL AND version() !~* 'mingw|visual c|windows'"

const stage = 'pg_temp.deltaverse_stage'

/**
 * PostgreSQL, by the pool of `pg`.
 *
 * @throws TypeError for what is no name of a schema
 */
export function createPostgresDialect(place: PostgresPlace): SqlDialect<PostgresConnection> {
  const { pool, schema, busyWaitMs, staleAfterMs } = place
  checkName(rules, 'schema', schema)
  const begin = [readCommitted, `SET LOCAL lock_timeout = ${busyWaitMs}`]
  return {
    ...rules,
    capabilities: { altersTypes: true, ignoresCase: false },
    types: postgresTypes,
    text: {
      table: (name) => `${quoteName(schema)}.${quoteName(name)}`,
      now: 'now()',
      createStage: (columns) => [`CREATE TEMPORARY TABLE deltaverse_stage (${columns}) ON COMMIT DROP`],
      stage,
      emptyStage: `TRUNCATE ${stage}`,
      // Lies where its table does.
      indexStage: `CREATE INDEX IF NOT EXISTS deltaverse_stage_mentions ON ${stage} (id, number)`,
      checkDeferred: ['SET CONSTRAINTS ALL IMMEDIATE', 'SET CONSTRAINTS ALL DEFERRED'],
      lockRows: { share: ' FOR SHARE', update: ' FOR UPDATE' },
      alterType: (table, column, type) =>
        `ALTER TABLE ${table} ALTER COLUMN ${quoteName(column)} TYPE ${type} USING ${quoteName(column)}::${type}`,
      addPrimaryKey: (table) => `ALTER TABLE ${table} ADD PRIMARY KEY (id)`,
    },
    errors: postgresErrors,
    catalogue: createCatalogue(schema),
    waits: createWaits(place),
    connect: () => connect(pool),
    // The pool is the caller's.
    close: async () => {},
    begin: (what) => (what === 'write' ? [...begin, patience(staleAfterMs)] : begin),
    createLoader: createCopyLoader,
    acquireLease: (name, waitMs, call) => acquireLease({ pool, schema, name, waitMs }, call),
  }
}
