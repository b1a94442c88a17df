import type { Connector, ConnectorSettings } from '@deltaverse/core'
import {
  type DataverseSourceOptions,
  type DataverseTargetOptions,
  dataverseSourceOptions,
  dataverseTargetOptions,
} from './options.js'

/** A table of Microsoft Dataverse: its changes as a source, its rows as a sink. */
export const connector: Connector = {
  name: 'dataverse',
  title: 'Dataverse',
  address: { option: 'url', schemes: ['https:', 'http:'] },
  source: {
    options: dataverseSourceOptions,
    async open(settings: ConnectorSettings) {
      const { openDataverseSource } = await import('./source.js')
      return openDataverseSource(settings as DataverseSourceOptions)
    },
  },
  sink: {
    modes: ['table'],
    capabilities: { transactional: false, readable: false, schema: false },
    options: dataverseTargetOptions,
    async open(settings: ConnectorSettings, { name }) {
      const { openDataverseSink } = await import('./sink.js')
      return openDataverseSink(settings as DataverseTargetOptions, name)
    },
  },
}
