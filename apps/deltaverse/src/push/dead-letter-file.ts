import { type FileHandle, open } from 'node:fs/promises'
import type { DeadLetter } from '@deltaverse/dataverse'

/** NDJSON of rows that were not written; the file appears with the first of them, and one that was there is replaced. */
export interface DeadLetterFile {
  add(letter: DeadLetter<object>): Promise<void>
  readonly count: number
  /** Those of them that somebody else changed in the meantime. */
  readonly conflicts: number
  /** Resolves once everything is on the disk. */
  close(): Promise<void>
}

export function createDeadLetterFile(path: string | undefined): DeadLetterFile {
  let handle: FileHandle | undefined
  let count = 0
  let conflicts = 0
  return {
    async add(letter) {
      count += 1
      if (letter.conflict !== undefined) conflicts += 1
      if (path === undefined) return
      handle ??= await open(path, 'w')
      await handle.appendFile(`${JSON.stringify(letter)}\n`)
    },
    get count() {
      return count
    },
    get conflicts() {
      return conflicts
    },
    async close() {
      await handle?.sync()
      await handle?.close()
    },
  }
}
