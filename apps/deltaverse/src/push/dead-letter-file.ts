import { type FileHandle, open } from 'node:fs/promises'
import type { DeadLetter } from '@deltaverse/dataverse'
import { attempt } from '@deltaverse/durable-files'

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
      await attempt('write', path, async () => {
        handle ??= await open(path, 'w')
        await handle.appendFile(`${JSON.stringify(letter)}\n`)
      })
    },
    get count() {
      return count
    },
    get conflicts() {
      return conflicts
    },
    async close() {
      if (handle === undefined || path === undefined) return
      const file = handle
      handle = undefined
      await attempt('write', path, () => file.sync()).finally(() => file.close())
    },
  }
}
