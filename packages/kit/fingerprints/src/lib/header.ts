import { randomBytes } from 'node:crypto'

/** One of the last commits. */
export interface Commit {
  /** What `commit()` gave: never the same twice, in whatever copy of the store. */
  readonly mark: string
  /** One more than that of the commit before. */
  readonly number: number
  /** Rows known by then. */
  readonly rows: number
  /** How many undo blocks lead back to the commit before. */
  readonly undoBlocks: number
}

/** What the store says about itself: the commits that it can be opened at, the last one last. */
export interface Header {
  readonly commits: readonly Commit[]
}

/** Of keys, entries and undo blocks. Another format is not read, and not touched. */
const format = 1

export function formatHeader({ commits }: Header): string {
  return JSON.stringify({ format, commits })
}

/** @returns the header; `unknown-format` when a later version of this package wrote it; `undefined` when it is damaged */
export function parseHeader(text: string): Header | 'unknown-format' | undefined {
  try {
    const header = JSON.parse(text)
    if (header.format !== format) return typeof header.format === 'number' ? 'unknown-format' : undefined
    return Array.isArray(header.commits) && header.commits.every(isCommit)
      ? { commits: header.commits }
      : undefined
  } catch {
    return undefined
  }
}

function isCommit(value: unknown): value is Commit {
  const commit = value as Partial<Commit> | null
  const counts = [commit?.number, commit?.rows, commit?.undoBlocks]
  return typeof commit?.mark === 'string' && counts.every((count) => Number.isSafeInteger(count))
}

/** The number, for people who look, and chance, so that no two stores and no two attempts agree. */
export function makeMark(number: number): string {
  return `${number}-${randomBytes(9).toString('base64url')}`
}
