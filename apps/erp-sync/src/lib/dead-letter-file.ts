import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { DeadLetter, WriteOperation } from '@deltaverse/dataverse'
import { fromNdjson } from '@deltaverse/node-streams'

/** NDJSON of the rows that were not written; the file appears with the first of them. */
export interface DeadLetterFile {
  add(letter: DeadLetter): Promise<void>
  count(): number
  close(): Promise<void>
}

export function createDeadLetterFile(path: string): DeadLetterFile {
  let handle: FileHandle | undefined
  let count = 0
  return {
    async add(letter) {
      handle ??= await open(path, 'w')
      await handle.write(`${JSON.stringify(letter)}\n`)
      count += 1
    },
    count: () => count,
    close: async () => handle?.close(),
  }
}

/** The dead letters of one operation. @throws DataverseError `bad-input` for a line that is no JSON */
export async function* readDeadLetters(
  path: string,
  operation: WriteOperation,
): AsyncGenerator<DeadLetter, void, undefined> {
  for await (const letter of fromNdjson<DeadLetter>()(createReadStream(path))) {
    if (letter?.operation === operation) yield letter
  }
}
