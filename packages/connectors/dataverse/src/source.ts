import type { OpenedSource } from '@deltaverse/core'
import { connect } from './connection.js'
import { connectionSpec, type DataverseSourceOptions, dataverseSourceOptions } from './options.js'
import { createChangeFeed } from './source/change-feed.js'
import { without } from './without.js'

/** Opens the changes of one table by the options of the connector. */
export async function openDataverseSource(options: DataverseSourceOptions): Promise<OpenedSource> {
  const settings = dataverseSourceOptions.parse(options)
  const { client, release } = await connect(settings)
  const feed = without(settings, Object.keys(connectionSpec) as (keyof typeof connectionSpec)[])
  return { source: createChangeFeed(client, { ...feed, onEvent: settings.onEvent }), release }
}
