import { defineOptions, durationMs, type OptionsInput, text } from '@deltaverse/options'
import { leaseSpec, sqlSinkSpec, sqlTableSpec } from '@deltaverse/sql'

/** Where the database is. */
const fileSpec = {
  file: text({
    required: true,
    form: { pattern: /^[^:]/, words: 'the path of a file' },
    doc: 'The file, created where there is none; its folder has to be there. Beside it lie `-wal` and `-shm` while it is open.',
  }),
  busyWaitMs: durationMs({
    default: 60_000,
    min: 0,
    doc: 'How long a statement waits for somebody else who writes to the file.',
  }),
} as const

/** The options of `createSqliteSink()`. */
export const sqliteSinkOptions = defineOptions('createSqliteSink()', { ...fileSpec, ...sqlSinkSpec })

export type SqliteSinkOptions = OptionsInput<typeof sqliteSinkOptions.spec>

/** The options of `createSqliteCheckpointStore()`. */
export const sqliteStoreOptions = defineOptions('createSqliteCheckpointStore()', {
  ...fileSpec,
  ...leaseSpec,
})

export type SqliteCheckpointStoreOptions = OptionsInput<typeof sqliteStoreOptions.spec>

/** The options of the connector, as a file or a command line has them. */
export const sqliteConnectorOptions = defineOptions('the connector sqlite', { ...fileSpec, ...sqlTableSpec })
