import type { Tell } from '../events/event-hub.js'
import type { DeadLetterFile } from './dead-letter-file.js'
import { letterWords } from './letter-words.js'

/** Dead letters that are told of, without the values of their rows. */
export function tellingLetters(letters: DeadLetterFile, tell: Tell, table: string): DeadLetterFile {
  return {
    async add(letter) {
      const { code = letter.status, place } = letter
      tell({
        kind: 'row-failed',
        table,
        code,
        message: letterWords(letter),
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
