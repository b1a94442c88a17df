import type { Connector } from '@deltaverse/core'
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
