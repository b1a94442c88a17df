import type { Tell } from '../events/event-hub.js'
import { oneLine } from '../program/one-line.js'
import type { DeadLetterFile } from './dead-letter-file.js'

/** Dead letters that are told of, without the values of their rows. */
export function tellingLetters(letters: DeadLetterFile, tell: Tell, table: string): DeadLetterFile {
  return {
    async add(letter) {
      const { code = letter.status, message = 'the run was stopped before it was sent', place } = letter
      tell({
        kind: 'row-failed',
        table,
        code,
        message: oneLine(message),
        ...(place && { file: place.file, line: place.line }),
      })
      await letters.add(letter)
    },
    get count() {
      return letters.count
    },
    get conflicts() {
      return letters.conflicts
    },
    close: () => letters.close(),
  }
}
