import { type OptionsOutput, oneOf, text, whole } from '@deltaverse/options'

/** What becomes of a row that a sink cannot keep. */
export const badRowSpec = {
  onBadRow: oneOf(['stop', 'dead-letter', 'null-and-report'], {
    default: 'stop',
    doc: 'A row that cannot be kept (a value too long, out of range or of another type, a constraint) ends the sync before anything of its commit takes effect; or goes to deadLetterFile and the others go on; or is kept with NULL in the column that cannot be, and reported there.',
  }),
  deadLetterFile: text({
    doc: 'Where such rows are told of, one line of JSON each: row, column and why. One file for each table; its folder is made when it is missing.',
  }),
  maxBadRows: whole({
    default: 1_000,
    min: 1,
    doc: 'More such rows than this in one commit are no accident, and end the sync as `stop` does.',
  }),
} as const

export type BadRowOptions = OptionsOutput<typeof badRowSpec>

/** What a sink does about a row that it cannot keep. */
export type OnBadRow = BadRowOptions['onBadRow']

/** @throws TypeError for a policy that needs a file and has none, or a file that no policy needs */
export function requireDeadLetterFile({ onBadRow, deadLetterFile }: BadRowOptions): void {
  if (onBadRow !== 'stop' && deadLetterFile === undefined) {
    throw new TypeError(`onBadRow: '${onBadRow}' needs deadLetterFile, where such rows are told of`)
  }
  if (onBadRow === 'stop' && deadLetterFile !== undefined) {
    throw new TypeError("deadLetterFile needs onBadRow: 'dead-letter' or 'null-and-report'")
  }
}
