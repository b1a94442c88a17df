import { DataverseError } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { appendLines } from './append-lines.js'
import { type DeadLetter, formatDeadLetter } from './dead-letter.js'
import { type BadRowOptions, type OnBadRow, requireDeadLetterFile } from './options.js'

/** Rows that could not be kept, on their way to the dead-letter file. */
export interface BadRows {
  readonly policy: OnBadRow
  /** @throws DataverseError `sink-failed` when there are more of them in one commit than `maxBadRows` */
  take(letter: Omit<DeadLetter, 'at' | 'target'>): void
  /**
   * Resolves once what was taken is on the disk; called before the commit that goes on without those rows.
   *
   * @param files those of the place, guarded by a lease
   */
  save(files?: Files): Promise<void>
  /** Forgets what was taken and not saved: its commit is given up, so it comes again. */
  drop(): void
}

export interface BadRowsPlace {
  readonly files: Files
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** What could not keep the rows, for the letters. */
  readonly target: string
  /** Told of each letter once it is on the disk. */
  readonly onLetter: (letter: DeadLetter) => void
}

/** @throws TypeError for a policy without a file */
export function createBadRows(options: BadRowOptions, place: BadRowsPlace): BadRows {
  requireDeadLetterFile(options)
  const { onBadRow, deadLetterFile: path, maxBadRows } = options
  let letters: DeadLetter[] = []
  return {
    policy: onBadRow,
    take(letter) {
      letters.push({ at: new Date(place.now()).toISOString(), target: place.target, ...letter })
      if (letters.length > maxBadRows) throw tooMany(letters, place.target, maxBadRows)
    },
    async save(files = place.files) {
      const saved = letters
      if (saved.length === 0 || path === undefined) return
      await appendLines(files, path, saved.map(formatDeadLetter).join(''))
      letters = []
      for (const letter of saved) place.onLetter(letter)
    },
    drop() {
      letters = []
    },
  }
}

function tooMany(letters: readonly DeadLetter[], target: string, most: number): DataverseError {
  const last = letters.at(-1)
  const column = last?.column === undefined ? '' : `, column '${last.column}'`
  return new DataverseError(
    `More than ${most} rows of one commit cannot be kept in ${target}, so this is no matter of single rows; the last is ${last?.id}${column}: ${last?.why}. Nothing of the commit took effect. Mend the target, or raise maxBadRows.`,
    { code: 'sink-failed' },
  )
}
