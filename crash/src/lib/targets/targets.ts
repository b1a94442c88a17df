import type { Connector, SinkTesting } from '@deltaverse/core'
import { connectorNames, loadConnector } from '@deltaverse/registry'

/** A connector whose sink can be tried. */
export interface CrashTarget {
  readonly name: string
  readonly standsOnFiles: boolean
  readonly testing: SinkTesting
}

const connectors = await Promise.all(connectorNames.map(loadConnector))

async function targetOfConnector({ name, sink }: Connector): Promise<CrashTarget[]> {
  if (sink?.testing === undefined) return []
  const testing = await sink.testing()
  return [{ name, standsOnFiles: testing.standsOnFiles, testing }]
}

const targets = (await Promise.all(connectors.map(targetOfConnector))).flat()

/** The connectors whose sinks are crashed: all of the registry that say how they are tried. */
export const crashedConnectors: readonly string[] = targets.map(({ name }) => name)

/** The connectors with a sink that do not say how it is tried. */
export const missedConnectors: readonly string[] = connectors
  .filter(({ name, sink }) => sink !== undefined && !crashedConnectors.includes(name))
  .map(({ name }) => name)

/** @throws RangeError for a connector that does not say how its sink is tried */
export function targetOf(connector: string): CrashTarget {
  const target = targets.find(({ name }) => name === connector)
  if (target !== undefined) return target
  throw new RangeError(`--connector knows ${crashedConnectors.join(', ')}, or all; not "${connector}"`)
}
