import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readIfThere } from './workspace.mjs'

/**
 * Writes generated files, or with `--check` says which are not as they have to be and sets the exit code.
 *
 * @param args `[--check] [root]`
 * @param generate from a root to an object of texts by path
 */
export function writeOrCheck(args, home, generate, { script, afterwards = 'and commit what it wrote' }) {
  const root = args.find((arg) => !arg.startsWith('--')) ?? home
  const stale = staleFiles(root, generate(root))
  if (!args.includes('--check')) {
    for (const { path, text } of stale) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
      console.log(`wrote ${path}`)
    }
    return
  }
  for (const { path } of stale) console.error(`${path} is not as it is generated: ${script}, ${afterwards}`)
  process.exitCode = stale.length > 0 ? 1 : 0
}

/** Those of the files that are not there, or hold another text. */
export function staleFiles(root, files) {
  return Object.entries(files)
    .filter(([path, text]) => readIfThere(join(root, path)) !== text)
    .map(([path, text]) => ({ path, text }))
}
