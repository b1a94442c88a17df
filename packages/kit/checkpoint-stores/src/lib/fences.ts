import { attempt, type Files, ifThere, replaceFile } from '@deltaverse/durable-files'
import type { StatePaths } from './state-paths.js'

/**
 * Counts for each name how often it was taken from a holder that may still run. The number is in the name of the file of the
 * state, so a holder that wakes up in the middle of a save writes a file that counts for nothing any more.
 */
export interface Fences {
  current(name: string): Promise<number>
  /** Goes on in a file of the next number, with the state as it is. @returns the number */
  raise(name: string): Promise<number>
}

export function createFences(files: Files, paths: StatePaths): Fences {
  async function current(name: string): Promise<number> {
    const { directory } = paths
    const there = (await attempt('list', directory, () => ifThere(files.readdir(directory)))) ?? []
    return there.reduce((highest, file) => Math.max(highest, paths.fenceIn(name, file)), 0)
  }

  return {
    current,
    async raise(name) {
      const fence = await current(name)
      const path = paths.current(name, fence)
      const state = await attempt('read', path, () => ifThere(files.readFile(path)))
      // No state is one too: an empty file says so.
      await replaceFile(paths.current(name, fence + 1), state ?? '', { files })
      return fence + 1
    },
  }
}
