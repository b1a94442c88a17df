import type { Tell } from '../events/event-hub.js'
import type { DeadLetterFile } from './dead-letter-file.js'

/** Dead letters that are told of, without the values of their rows. */
export function tellingLetters(letters: DeadLetterFile, tell: Tell): DeadLetterFile {
  return {
    async add(letter) {
      const { table, code, message, place } = letter
      tell({
        kind: 'row-failed',
        table,
        code,
        message,
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
