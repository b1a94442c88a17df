import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from './file-error.js'

/**
 * Renames a file that holds something, so that its name is free: `<file>.1.bak`, or the next number that is free.
 *
 * @returns the new name; `undefined` when there was nothing to keep
 */
export async function setAside(directory: string, file: string): Promise<string | undefined> {
  if (!(await sizeOf(join(directory, file)))) return undefined
  for (let number = 1; ; number += 1) {
    const keptAs = `${file}.${number}.bak`
    if ((await sizeOf(join(directory, keptAs))) !== undefined) continue
    await rename(join(directory, file), join(directory, keptAs))
    return keptAs
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
