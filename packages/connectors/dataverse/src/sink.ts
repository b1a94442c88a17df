import type { OpenedSink } from '@deltaverse/core'
import { connect } from './connection.js'
import { connectionSpec, type DataverseTargetOptions, dataverseTargetOptions } from './options.js'
import { createDataverseSink } from './sink/dataverse-sink.js'
import { without } from './without.js'

/** Opens a table of an environment as a sink, by the options of the connector. */
export async function openDataverseSink(
  options: DataverseTargetOptions,
  entitySet: string,
): Promise<OpenedSink> {
  const settings = dataverseTargetOptions.parse(options)
  const { client, release } = await connect(settings)
  // The writer fills in its own defaults.
  const ofSink = without(options, Object.keys(connectionSpec) as (keyof typeof connectionSpec)[])
  return { sink: createDataverseSink(client, { ...ofSink, entitySet, onEvent: settings.onEvent }), release }
}
