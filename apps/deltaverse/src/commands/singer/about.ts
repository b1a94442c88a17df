import { readVersion } from '../../program/read-version.js'

/** What `--about --format=json` prints of a tap or a target, in the words of Meltano. */
export async function aboutText(role: 'tap'): Promise<string> {
  const { tapConfig } = await import('./run-tap.js')
  return JSON.stringify({
    name: `${role}-deltaverse`,
    description: 'Reads tables of Microsoft Dataverse / Dynamics 365 by change tracking',
    version: readVersion(),
    capabilities: ['about', 'catalog', 'discover', 'log-based', 'state', 'activate-version'],
    settings: tapConfig.toJsonSchema(),
  })
}
