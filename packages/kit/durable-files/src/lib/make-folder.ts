import { dirname, resolve } from 'node:path'
import { attempt } from './file-error.js'
import type { Files } from './files.js'

/** Makes a folder, and those above it that are missing, durably. @throws DataverseError `sink-failed` */
export async function makeFolder(files: Files, path: string): Promise<void> {
  await attempt('make the folder', path, async () => {
    const first = await files.mkdir(path)
    if (first === undefined) return
    const top = dirname(resolve(first))
    for (let folder = resolve(path); folder !== top; folder = dirname(folder)) {
      await files.syncFolder(dirname(folder))
    }
  })
}
