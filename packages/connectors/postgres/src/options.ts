import { defineOptions, durationMs, instance, type OptionsInput, text } from '@deltaverse/options'
import { leaseSpec, sqlSinkSpec, sqlTableSpec } from '@deltaverse/sql'
import type { Pool } from 'pg'

const pool = instance<Pool>(
  ['connect', 'query'],
  "a Pool of the package 'pg', such as new Pool({ connectionString })",
)({
  required: true,
  doc: 'Pool of the `pg` package. One connection is taken while a commit is under way; a lease has one of its own.',
})

const schema = text({
  default: 'public',
  doc: 'Schema of the table, and of the tables of bookkeeping beside it.',
})

const busyWaitMs = durationMs({
  default: 60_000,
  min: 1,
  doc: 'How long a statement waits for a lock that somebody else has.',
})

const staleAfterMs = durationMs({
  default: 900_000,
  min: 100,
  doc: 'How long a session of ours may stand still in a transaction: the server ends it then, or whoever waits for it.',
})

/** The options of `createPostgresSink()`. */
export const postgresSinkOptions = defineOptions('createPostgresSink()', {
  pool,
  schema,
  busyWaitMs,
  staleAfterMs,
  ...sqlSinkSpec,
})

export type PostgresSinkOptions = OptionsInput<typeof postgresSinkOptions.spec>

/** The options of `createPostgresCheckpointStore()`. */
export const postgresStoreOptions = defineOptions('createPostgresCheckpointStore()', {
  pool,
  schema,
  busyWaitMs,
  staleAfterMs,
  ...leaseSpec,
})

export type PostgresCheckpointStoreOptions = OptionsInput<typeof postgresStoreOptions.spec>

/** The options of the connector, as a file or a command line has them. */
export const postgresConnectorOptions = defineOptions('the connector postgres', {
  connectionString: text({
    required: true,
    doc: 'Where the database is: `postgres://user@host:5432/name`.',
  }),
  schema,
  busyWaitMs,
  staleAfterMs,
  ...sqlTableSpec,
})
