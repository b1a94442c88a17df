import type { Connector, ConnectorSettings } from '@deltaverse/core'
import { defineOptions, durationMs, flag, type OptionsInput, oneOf, text } from '@deltaverse/options'

const options = defineOptions('the connector postgres', {
  connectionString: text({
    required: true,
    doc: 'Where the database is: `postgres://user@host:5432/name`.',
  }),
  schema: text({
    default: 'public',
    doc: 'Schema of the table, and of the tables of bookkeeping beside it.',
  }),
  deletions: oneOf(['hard', 'soft'], {
    default: 'hard',
    doc: 'Rows that are deleted in the source go, or stay with the time in `deleted_at`.',
  }),
  resync: oneOf(['in-place', 'at-end'], {
    default: 'in-place',
    doc: 'How a snapshot of a table that has rows reaches its readers: row by row, or all at once at the end.',
  }),
  createTable: flag({ default: true, doc: 'Whether a missing table is created.' }),
  schemaChanges: oneOf(['add', 'widen', 'refuse', 'ignore'], {
    default: 'add',
    doc: 'What is done about a table that is not as its columns say.',
  }),
  unknownMembers: oneOf(['ignore', 'refuse'], {
    default: 'ignore',
    doc: 'Members of a row that no column is for.',
  }),
  absentMembers: oneOf(['keep', 'empty'], {
    default: 'keep',
    doc: 'What an optional column holds behind a row that came without its member.',
  }),
  invalidText: oneOf(['refuse', 'replace'], {
    default: 'refuse',
    doc: 'Text that databases cannot store: the row is refused, or U+FFFD is kept in its place.',
  }),
  leaseWaitMs: durationMs({ default: 500, min: 0, doc: 'How long to wait for a lease that is taken.' }),
})

type Settings = OptionsInput<typeof options.spec>

/** A table of PostgreSQL, with the state of the sync in the transaction of the rows. */
export const connector: Connector = {
  name: 'postgres',
  title: 'PostgreSQL',
  sink: {
    modes: ['table'],
    capabilities: { transactional: true, readable: true, schema: true },
    options,
    async open(settings: ConnectorSettings, { name, schema: tableSchema }) {
      const { connectionString, ...rest } = options.parse(settings as Settings)
      const [{ Pool }, { createPostgresSink }] = await Promise.all([import('pg'), import('./sink.js')])
      const pool = new Pool({ connectionString })
      // An idle connection that breaks is replaced by the next call, which tells when that fails too.
      pool.on('error', () => undefined)
      return {
        sink: createPostgresSink({ ...rest, pool, table: name, tableSchema }),
        release: () => pool.end(),
      }
    },
  },
}
