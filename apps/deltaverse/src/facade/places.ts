import type { ConnectorSettings } from '@deltaverse/core'
import { loadConnector } from '@deltaverse/registry'

/** A place that tables can be kept in. */
export interface Place {
  /** Name of the connector. */
  readonly connector: string
  readonly settings: ConnectorSettings
}

/**
 * Files in a folder.
 *
 * @param options of the connector `files`: `mode`, `format`, `lines`, `compress`, …
 */
export function files(directory: string, options: ConnectorSettings = {}): Place {
  return { connector: 'files', settings: { ...options, directory } }
}

/** Tables in a file of SQLite. */
export function sqlite(file: string, options: ConnectorSettings = {}): Place {
  return { connector: 'sqlite', settings: { ...options, file } }
}

/** Tables in PostgreSQL. */
export function postgres(connectionString: string, options: ConnectorSettings = {}): Place {
  return { connector: 'postgres', settings: { ...options, connectionString } }
}

/** Opens a place for one table. @throws TypeError for a connector that keeps no tables, or for settings that cannot be right */
export async function openPlace({ connector: name, settings }: Place, table: string) {
  const { sink, title } = await loadConnector(name)
  if (sink === undefined) throw new TypeError(`${title} is no place that tables can be kept in`)
  return await sink.open(settings, { name: table })
}
