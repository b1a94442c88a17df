// Written by scripts/generate-registry.mjs from the connectors beside this package.
import type { Connector } from '@deltaverse/core'

/** How each connector is loaded, by its name. */
export const loaders: Readonly<Record<string, () => Promise<Connector>>> = {
  dataverse: async () => (await import('@deltaverse/dataverse/connector')).connector,
  files: async () => (await import('@deltaverse/files/connector')).connector,
  postgres: async () => (await import('@deltaverse/postgres/connector')).connector,
  sqlite: async () => (await import('@deltaverse/sqlite/connector')).connector,
}
