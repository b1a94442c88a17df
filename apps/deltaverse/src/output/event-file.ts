import { closeSync, openSync, writeSync } from 'node:fs'
import type { RunListener } from '../events/event-hub.js'

/** Writes every event as a line of JSON, each at once, so that a run that is killed leaves those up to then. */
export interface EventFile {
  readonly listen: RunListener
  /** What went wrong with the file, if anything did: the run goes on without it. */
  failure(): Error | undefined
  close(): void
}

/**
 * @param path a file, which is replaced, or `-` for standard output
 * @throws an error of the file system when it cannot be opened
 */
export function openEventFile(path: string, now: () => Date = () => new Date()): EventFile {
  const file = path === '-' ? undefined : openSync(path, 'w')
  let failed: Error | undefined
  return {
    listen(event) {
      if (failed !== undefined) return
      const line = `${JSON.stringify({ at: now().toISOString(), ...event })}\n`
      if (file === undefined) {
        process.stdout.write(line)
        return
      }
      try {
        writeSync(file, line)
      } catch (error) {
        failed = error as Error
      }
    },
    failure: () => failed,
    close() {
      if (file !== undefined) closeSync(file)
    },
  }
}
