import type { Connector, ConnectorSettings } from '@deltaverse/core'
import type { OptionsInput } from '@deltaverse/options'
import { sqliteConnectorOptions as options } from './options.js'

type Settings = OptionsInput<typeof options.spec>

/** A table in a file of SQLite, with the state of the sync in the transaction of the rows. */
export const connector: Connector = {
  name: 'sqlite',
  title: 'SQLite',
  address: { option: 'file', endings: ['.sqlite', '.sqlite3', '.db'] },
  sink: {
    modes: ['table'],
    capabilities: { transactional: true, readable: true, schema: true },
    options,
    testing: async () => (await import('./testing/sink-testing.js')).sinkTesting,
    async open(settings: ConnectorSettings, { name, schema: tableSchema, onNotice }) {
      const given = options.parse(settings as Settings)
      const [{ createSqliteSink }, { noticeOfEvent }] = await Promise.all([
        import('./sink.js'),
        import('@deltaverse/sql'),
      ])
      return {
        sink: createSqliteSink({
          ...given,
          table: name,
          tableSchema,
          onEvent: (event) => onNotice?.(noticeOfEvent(event)),
        }),
        async release() {},
      }
    },
  },
}
