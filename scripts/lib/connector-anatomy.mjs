import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Files that every connector has, so that whoever knows one finds the way in all. */
const always = ['src/connector.ts', 'src/options.ts', 'src/index.ts', 'test/contract.test.ts', 'README.md']
const oneOf = ['src/sink.ts', 'src/source.ts']

/** The files that a connector lacks, in words. */
export function missingParts({ folder, directory }) {
  if (!/^packages\/connectors\/(?!registry$)/.test(folder)) return []
  const has = (path) => existsSync(join(directory, path))
  return [...always.filter((path) => !has(path)), ...(oneOf.some(has) ? [] : [oneOf.join(' or ')])]
}
