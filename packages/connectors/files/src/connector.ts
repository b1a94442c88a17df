import type { Connector, ConnectorSettings } from '@deltaverse/core'
import type { Processes } from '@deltaverse/durable-files'
import { defineOptions, instance, type OptionsInput } from '@deltaverse/options'
import { fileSinkOptions } from './options.js'

const { name: _, ...ofSink } = fileSinkOptions.spec

const options = defineOptions('the connector files', {
  ...ofSink,
  processes: instance<Processes>(['own', 'isRunning'])({
    doc: 'What stands in for the processes of this machine.',
  }),
})

type Settings = OptionsInput<typeof options.spec>

/** Files in a folder, with the state of the sync beside them. */
export const connector: Connector = {
  name: 'files',
  title: 'Files',
  address: { option: 'directory' },
  sink: {
    modes: ['log', 'mirror'],
    capabilities: { transactional: false, readable: true, schema: true },
    options,
    testing: async () => (await import('./testing/sink-testing.js')).sinkTesting,
    async open(settings: ConnectorSettings, { name, onNotice }) {
      const { directory, files, processes } = options.parse(settings as Settings)
      const { processes: _, ...given } = settings as Settings
      const [{ createFileCheckpointStore }, { createFileSink }, { placeOf }, { noticeOfEvent }] =
        await Promise.all([
          import('@deltaverse/checkpoint-stores'),
          import('./sink.js'),
          import('./place.js'),
          import('./notice-of-event.js'),
        ])
      return {
        sink: createFileSink({ ...given, name, onEvent: (event) => onNotice?.(noticeOfEvent(event)) }),
        checkpoints: createFileCheckpointStore({ directory, files, processes }),
        place: () => placeOf(directory, name),
        async release() {},
      }
    },
  },
}
