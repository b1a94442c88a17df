import { join } from 'node:path'
import { safeFileName } from '@deltaverse/durable-files'

/** Where the files of states are. */
export interface StatePaths {
  readonly directory: string
  /** The state that counts, under this fence: `products.checkpoint.json`, `products.checkpoint.1.json`. */
  current(name: string, fence: number): string
  /** The state before it. */
  previous(name: string, fence: number): string
  lock(name: string): string
  /** The fence that a file of states has; 0 for every other file. */
  fenceIn(name: string, file: string): number
}

export function statePaths(directory: string): StatePaths {
  const pathOf = (name: string, kind: string, fence: number): string =>
    join(directory, `${safeFileName(name)}.${kind}${fence === 0 ? '' : `.${fence}`}.json`)
  return {
    directory,
    current: (name, fence) => pathOf(name, 'checkpoint', fence),
    previous: (name, fence) => pathOf(name, 'checkpoint.previous', fence),
    lock: (name) => join(directory, `${safeFileName(name)}.checkpoint.lock`),
    fenceIn(name, file) {
      const start = `${safeFileName(name)}.checkpoint.`
      const digits = file.startsWith(start) ? /^(\d+)\.json$/.exec(file.slice(start.length))?.[1] : undefined
      return Number(digits ?? 0)
    },
  }
}
