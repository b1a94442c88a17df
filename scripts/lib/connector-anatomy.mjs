import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Files that every connector has, so that whoever knows one finds the way in all. */
const always = ['src/connector.ts', 'src/options.ts', 'src/index.ts', 'README.md']
const oneOf = ['src/sink.ts', 'src/source.ts']

/** Connectors from before there was a manifest. This list may only become shorter. */
const waived = new Set(['packages/connectors/dataverse'])

/** The files that a connector lacks, in words. */
export function missingParts({ folder, directory }) {
  if (!/^packages\/connectors\/(?!registry$)/.test(folder) || waived.has(folder)) return []
  const has = (path) => existsSync(join(directory, path))
  return [...always.filter((path) => !has(path)), ...(oneOf.some(has) ? [] : [oneOf.join(' or ')])]
}
