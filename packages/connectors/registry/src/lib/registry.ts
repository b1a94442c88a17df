import type { Connector, ConnectorSettings } from '@deltaverse/core'
import { nearestName } from '@deltaverse/options'
import { loaders } from './loaders.js'

/** Every connector that there is, by the alphabet. */
export const connectorNames: readonly string[] = Object.keys(loaders)

/** Whether there is a connector of this name. */
export function isConnectorName(name: string): boolean {
  return Object.hasOwn(loaders, name)
}

/**
 * Loads what a connector is and can. The system behind it is loaded when one of its roles is opened.
 *
 * @throws RangeError for a name that there is no connector of; it says the nearest one, or all
 */
export async function loadConnector(name: string): Promise<Connector> {
  const load = isConnectorName(name) ? loaders[name] : undefined
  if (load === undefined) {
    const nearest = nearestName(name, connectorNames)
    const remedy =
      nearest === undefined ? `There are ${connectorNames.join(', ')}` : `Did you mean ${nearest}?`
    throw new RangeError(`there is no connector "${name}". ${remedy}`)
  }
  return await load()
}

/** A connector, and what one text told of it. */
export interface FoundConnector {
  readonly connector: Connector
  readonly settings: ConnectorSettings
}

/**
 * The connector that a text names a place of: by how it begins (`postgres://…`), by how it ends (`crm.sqlite`), or, of any other
 * path, files.
 *
 * @throws RangeError for a URL that no connector knows
 */
export async function connectorAt(target: string): Promise<FoundConnector> {
  const connectors = await Promise.all(connectorNames.map(loadConnector))
  const scheme = /^[a-z][a-z0-9+.-]+:(?=\/\/)/i.exec(target)?.[0].toLowerCase()
  const found =
    scheme === undefined
      ? (connectors.find(({ address }) => address?.endings?.some((ending) => target.endsWith(ending))) ??
        connectors.find(({ name }) => name === 'files'))
      : connectors.find(({ address }) => address?.schemes?.includes(scheme))
  if (found?.address !== undefined) return { connector: found, settings: { [found.address.option]: target } }
  const known = connectors.flatMap(({ address }) => address?.schemes ?? [])
  throw new RangeError(
    `there is no connector for ${scheme}. A URL begins with ${known.join(', ')}, and a path is a folder or a file`,
  )
}
