/**
 * Remembers from what the workspace was last installed and built, so that a task can begin at once when nothing has changed.
 * What goes in counts by its content (lockfile, manifests, settings of the compiler, sources); what came out by the size and
 * time of each file, as whatever builds something else writes it anew. Node built-ins only: it runs before any install.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const stampPath = 'node_modules/.cache/deltaverse/built.json'
const rootFiles = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  '.npmrc',
  'turbo.json',
  'tsconfig.json',
  'tsconfig.base.json',
]

/** Whether everything is as `writeStamp` left it, `inputs` being what there is now. */
export function isBuilt(root, inputs) {
  const stamp = readIfThere(join(root, stampPath))
  if (stamp === undefined) return false
  return stamp.toString() === stampOf(inputs, outputsOf(root))
}

/** What a build of now is made from. Taken before it begins, so that a change meanwhile is not taken for built. */
export function inputsOf(root) {
  const hash = createHash('sha256')
  hash.update(`${process.version} ${process.platform} ${process.arch}\n`)
  const add = (path) => {
    const bytes = readIfThere(join(root, path))
    hash.update(bytes === undefined ? `${path} is not there\n` : `${path} ${bytes.length}\n`)
    if (bytes !== undefined) hash.update(bytes)
  }
  for (const path of rootFiles) add(path)
  for (const folder of packageFolders(root)) {
    add(`${folder}/package.json`)
    add(`${folder}/tsconfig.json`)
    for (const path of filesBelow(root, `${folder}/src`)) add(path)
  }
  return hash.digest('hex')
}

/** Remembers that what is there now was built from `inputs`; forgets everything where they have changed meanwhile. */
export function writeStamp(root, inputs) {
  const path = join(root, stampPath)
  if (inputsOf(root) !== inputs) return rmSync(path, { force: true })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, stampOf(inputs, outputsOf(root)))
}

function stampOf(inputs, outputs) {
  return `${JSON.stringify({ inputs, outputs })}\n`
}

/** What was installed and compiled. */
function outputsOf(root) {
  const hash = createHash('sha256')
  hash.update(readIfThere(join(root, 'node_modules/.pnpm/lock.yaml')) ?? 'nothing installed')
  for (const folder of packageFolders(root)) {
    for (const path of filesBelow(root, `${folder}/dist`)) {
      if (!/\.[cm]?js$/.test(path)) continue
      const { size, mtimeMs } = statSync(join(root, path))
      hash.update(`${path} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex')
}

function packageFolders(root) {
  const below = (parent) => entriesOf(join(root, parent)).map((name) => `${parent}/${name}`)
  return [...below('packages').flatMap(below), ...below('apps'), 'bench', 'crash']
}

function filesBelow(root, folder) {
  return listOf(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
}

function entriesOf(directory) {
  return listOf(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

function listOf(directory, options) {
  try {
    return readdirSync(directory, options)
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
