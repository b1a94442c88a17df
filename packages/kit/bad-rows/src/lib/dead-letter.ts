import { type Files, ifThere, nodeFiles } from '@deltaverse/durable-files'

/** A row that a sink could not keep: one line of a dead-letter file. */
export interface DeadLetter {
  /** When: ISO 8601, UTC. */
  readonly at: string
  /** What could not keep it: `"public"."accounts"`. */
  readonly target: string
  readonly kind: 'upserted' | 'deleted'
  readonly id: string
  readonly rowVersion?: string
  /** The member whose value it is, where that is known. */
  readonly column?: string
  readonly why: string
  /** What the sink holds of this version: nothing, or the row with NULL in the column. */
  readonly kept: 'nothing' | 'without-column'
  /** The row, as far as it was at hand. */
  readonly row?: unknown
}

/** The line of a letter. */
export function formatDeadLetter(letter: DeadLetter): string {
  return `${JSON.stringify(letter)}\n`
}

/**
 * Reads a dead-letter file, in order; none where there is no file. A last line that a crash cut off counts for nothing: its row
 * comes again.
 */
export async function readDeadLetters(
  path: string,
  files: Files = nodeFiles,
): Promise<readonly DeadLetter[]> {
  const bytes = await ifThere(files.readFile(path))
  if (bytes === undefined) return []
  const lines = Buffer.from(bytes).toString().split('\n')
  return lines.flatMap((line) => {
    const letter = parseLetter(line)
    return letter === undefined ? [] : [letter]
  })
}

function parseLetter(line: string): DeadLetter | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as DeadLetter
  } catch {
    return undefined
  }
}
