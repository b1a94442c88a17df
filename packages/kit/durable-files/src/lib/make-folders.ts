import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { codeOf } from './file-error.js'

/**
 * Makes a folder and those above it that are missing. Where that is refused, Node answers for some reasons, such as a
 * read-only file system, that the folder does not exist; made one by one, the first of them tells the reason.
 *
 * @returns the first folder that was made
 */
export async function makeFolders(path: string, make: typeof mkdir = mkdir): Promise<string | undefined> {
  try {
    return await make(path, { recursive: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    for (const folder of outermostFirst(path)) {
      await make(folder).catch((reason: unknown) => {
        if (codeOf(reason) !== 'EEXIST') throw reason
      })
    }
    throw error
  }
}

function outermostFirst(path: string): readonly string[] {
  const folders: string[] = []
  for (let folder = resolve(path); folder !== dirname(folder); folder = dirname(folder))
    folders.unshift(folder)
  return folders
}
