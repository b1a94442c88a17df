import { readVersion } from '../../program/read-version.js'

/** What `--about --format=json` prints of a tap or a target, in the words of Meltano. */
export async function aboutText(role: 'tap' | 'target'): Promise<string> {
  const { description, capabilities, settings } = role === 'tap' ? await tap() : await target()
  return JSON.stringify({
    name: `${role}-deltaverse`,
    description,
    version: readVersion(),
    capabilities: ['about', ...capabilities],
    settings,
  })
}

async function tap() {
  const { tapConfig } = await import('./run-tap.js')
  return {
    description: 'Reads tables of Microsoft Dataverse / Dynamics 365 by change tracking',
    capabilities: ['catalog', 'discover', 'log-based', 'state', 'activate-version'],
    settings: tapConfig.toJsonSchema(),
  }
}

async function target() {
  const { targetConfig } = await import('./run-target.js')
  return {
    description: 'Writes the records of any tap into tables of Microsoft Dataverse / Dynamics 365 by key',
    capabilities: ['soft-delete', 'hard-delete'],
    settings: targetConfig.toJsonSchema(),
  }
}
