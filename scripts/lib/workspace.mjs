import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/**
 * The workspace packages under `root`, sorted by folder: `{ folder, directory, manifest, manifestText }`.
 * A folder without a package.json is no package (a leftover `dist` or `node_modules` of another branch).
 */
export function readWorkspace(root) {
  const below = (parent) => subfolders(join(root, parent)).map((name) => `${parent}/${name}`)
  const folders = [...below('packages').flatMap(below), ...below('apps')]
  return [...folders.sort(), 'bench', 'crash'].flatMap((folder) => {
    const directory = join(root, folder)
    const manifestText = readIfThere(join(directory, 'package.json'))
    return manifestText === undefined
      ? []
      : [{ folder, directory, manifestText, manifest: JSON.parse(manifestText) }]
  })
}

/** The packages that users install. */
export function publishable(workspace) {
  return workspace.filter(({ manifest }) => manifest.private !== true)
}

/** Every file below `directory` with one of the endings, as slash-separated paths relative to it, sorted. */
export function filesBelow(directory, endings) {
  let entries
  try {
    entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/** The file's text, or undefined when there is no such file. */
export function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function subfolders(directory) {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}
