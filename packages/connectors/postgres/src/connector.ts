import type { Connector, ConnectorSettings } from '@deltaverse/core'
import type { OptionsInput } from '@deltaverse/options'
import { postgresConnectorOptions as options } from './options.js'

type Settings = OptionsInput<typeof options.spec>

/** A table of PostgreSQL, with the state of the sync in the transaction of the rows. */
export const connector: Connector = {
  name: 'postgres',
  title: 'PostgreSQL',
  address: { option: 'connectionString', schemes: ['postgres:', 'postgresql:'] },
  sink: {
    modes: ['table'],
    capabilities: { transactional: true, readable: true, schema: true },
    options,
    testing: async () => (await import('./testing/sink-testing.js')).sinkTesting,
    async open(settings: ConnectorSettings, { name, schema: tableSchema, onNotice }) {
      const { connectionString, ...rest } = options.parse(settings as Settings)
      const [{ Pool }, { createPostgresSink }, { noticeOfEvent }] = await Promise.all([
        import('pg'),
        import('./sink.js'),
        import('@deltaverse/sql'),
      ])
      const pool = new Pool({ connectionString })
      // An idle connection that breaks is replaced by the next call, which tells when that fails too.
      pool.on('error', () => undefined)
      return {
        sink: createPostgresSink({
          ...rest,
          pool,
          table: name,
          tableSchema,
          onEvent: (event) => onNotice?.(noticeOfEvent(event)),
        }),
        release: () => pool.end(),
      }
    },
  },
}
