import { attempt, ifThere } from './file-error.js'
import type { Files } from './files.js'

/**
 * Renames a file, so that its name is free: `<path>.1.bak`, or the next number that is free.
 *
 * @returns the new path; `undefined` when there was no file
 * @throws DataverseError `sink-failed`
 */
export async function setAside(files: Files, path: string): Promise<string | undefined> {
  return await attempt('set aside', path, async () => {
    if ((await ifThere(files.stat(path))) === undefined) return undefined
    for (let number = 1; ; number += 1) {
      const keptAs = `${path}.${number}.bak`
      if ((await ifThere(files.stat(keptAs))) !== undefined) continue
      await files.rename(path, keptAs)
      return keptAs
    }
  })
}
