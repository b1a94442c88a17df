import { connectorNames } from '@deltaverse/registry'
import type { CrashTarget } from './crash-target.js'
import { filesTarget } from './files-target.js'
import { postgresTarget } from './postgres-target.js'
import { sqliteTarget } from './sqlite-target.js'

const targets: Readonly<Record<string, CrashTarget>> = {
  files: filesTarget,
  postgres: postgresTarget,
  sqlite: sqliteTarget,
}

/** The connectors whose sinks are crashed. */
export const crashedConnectors: readonly string[] = Object.keys(targets)

/** Sinks whose tables are on no disk of this machine: what a crash leaves half done is held by fault scripts of their own. */
const remoteConnectors: readonly string[] = ['dataverse']

/** The connectors of the registry that nobody crashes yet. */
export const missedConnectors: readonly string[] = connectorNames.filter(
  (name) => !(name in targets) && !remoteConnectors.includes(name),
)

/** @throws RangeError for a connector that nobody says how to crash */
export function targetOf(connector: string): CrashTarget {
  const target = targets[connector]
  if (target !== undefined) return target
  throw new RangeError(
    `nobody says how to crash the connector "${connector}": add a target to crash/src/lib/targets, or choose one of ${crashedConnectors.join(', ')}`,
  )
}
