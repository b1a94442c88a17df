import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const installed = join('node_modules', 'deltaverse', 'deltaverse.schema.json')

/**
 * Where an editor finds the schema of a job file: relative to the file where the program is installed in a folder above it, so that it is right
 * on other machines too; else where this program lies.
 */
export function schemaReference(jobFile: string): string {
  const folder = dirname(resolve(jobFile))
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, installed))) {
      const path = relative(folder, join(above, installed)).split(sep).join('/')
      return path.startsWith('.') ? path : `./${path}`
    }
    if (dirname(above) === above) break
  }
  return pathToFileURL(fileURLToPath(new URL('../../../deltaverse.schema.json', import.meta.url))).href
}
