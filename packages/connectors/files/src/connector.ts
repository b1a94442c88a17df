import type { Connector, ConnectorSettings } from '@deltaverse/core'
import type { Files, Processes } from '@deltaverse/durable-files'
import {
  bytes,
  callable,
  defineOptions,
  flag,
  group,
  instance,
  MiB,
  type OptionsInput,
  oneOf,
  text,
  whole,
} from '@deltaverse/options'

const options = defineOptions('the connector files', {
  directory: text({
    required: true,
    doc: 'Folder of the files and the checkpoint; made when it is missing.',
  }),
  mode: oneOf(['log', 'mirror'], {
    default: 'log',
    doc: 'Every change in order, in numbered files; or the rows as they are, in one file that is replaced when a read ends.',
  }),
  compress: oneOf(['none', 'gzip'], { default: 'none', doc: 'How the files are compressed.' }),
  rotate: group(
    {
      bytes: bytes({ min: 1, defaultText: '1 GiB', doc: 'Bytes of a file, as they are on the disk.' }),
      rows: whole({ min: 1, defaultText: 'no limit', doc: 'Rows of a file, exactly.' }),
      daily: flag({ default: false, doc: 'Another file for each day in UTC on which changes come.' }),
    },
    { doc: 'For a log: when it goes on in another file.' },
  ),
  sortBytes: bytes({
    min: 1,
    defaultText: String(32 * MiB),
    doc: 'For a mirror: bytes of changes that are sorted in memory at a time when it is replaced.',
  }),
  files: instance<Files>(['open', 'rename'])({ doc: 'What stands in for the files of this machine.' }),
  processes: instance<Processes>(['own', 'isRunning'])({
    doc: 'What stands in for the processes of this machine.',
  }),
  now: callable<() => number>()({ doc: 'Milliseconds since 1970.' }),
})

type Settings = OptionsInput<typeof options.spec>

/** NDJSON files in a folder, with the state of the sync beside them. */
export const connector: Connector = {
  name: 'files',
  title: 'Files',
  sink: {
    modes: ['log', 'mirror'],
    capabilities: { transactional: false, readable: true, schema: false },
    options,
    async open(settings: ConnectorSettings, { name }) {
      const { rotate, processes, ...rest } = options.parse(settings as Settings)
      const [{ createFileCheckpointStore }, { createFileSink }] = await Promise.all([
        import('@deltaverse/checkpoint-stores'),
        import('./lib/file-sink.js'),
      ])
      // A mirror is one file: it takes no limits, not even the defaults.
      const limits = rest.mode === 'log' ? { rotate } : {}
      return {
        sink: createFileSink({ ...rest, ...limits, name }),
        checkpoints: createFileCheckpointStore({ directory: rest.directory, files: rest.files, processes }),
        async release() {},
      }
    },
  },
}
