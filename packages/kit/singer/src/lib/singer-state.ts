import { type CheckpointStore, DataverseError, parseSyncState, type SyncState } from '@deltaverse/core'

/** The state of all streams of a tap, from the file that the run began with to the lines that it prints. */
export interface SingerState {
  /** Keeps the state of one stream under its name, by printing the state of all. */
  readonly checkpoints: CheckpointStore
}

type Bookmarks = Readonly<Record<string, unknown>>

/**
 * Creates the state of a tap. A target hands the value of the last `STATE` line on once everything before it is durable; a run that begins
 * with that value goes on just there.
 *
 * @param value what the state file holds; `undefined` begins with everything
 * @param write takes a line without its line feed; waited for
 * @throws DataverseError `checkpoint-invalid` for a value that is no state of a tap
 */
export function createSingerState(
  value: unknown,
  write: (line: string) => void | Promise<void>,
): SingerState {
  const bookmarks = new Map(Object.entries(bookmarksOf(value)))
  const revisions = new Map<string, number>()
  const revisionOf = (name: string): string | undefined => {
    const revision = revisions.get(name)
    if (revision !== undefined) return String(revision)
    return bookmarks.has(name) ? '0' : undefined
  }
  return {
    checkpoints: {
      async load(name, { signal } = {}) {
        signal?.throwIfAborted()
        const revision = revisionOf(name)
        return revision === undefined ? undefined : { state: stateOf(name, bookmarks.get(name)), revision }
      },
      async save(name, state, expectedRevision, { signal } = {}) {
        signal?.throwIfAborted()
        if (revisionOf(name) !== expectedRevision) {
          throw new DataverseError(
            `The state of the stream ${name} was saved by another run of the same process.`,
            { code: 'conflict' },
          )
        }
        const next = (revisions.get(name) ?? 0) + 1
        revisions.set(name, next)
        // The caller may go on changing its own object.
        bookmarks.set(name, { state: JSON.parse(JSON.stringify(state)) as SyncState })
        await write(JSON.stringify({ type: 'STATE', value: { bookmarks: Object.fromEntries(bookmarks) } }))
        return String(next)
      },
    },
  }
}

function bookmarksOf(value: unknown): Bookmarks {
  if (value === undefined) return {}
  if (isObject(value)) {
    const { bookmarks = {} } = value
    // Some runners hand a state on within the message that it came in.
    if (value.type === 'STATE') return bookmarksOf(value.value)
    if (isObject(bookmarks)) return bookmarks
  }
  return refuse('it holds no "bookmarks", one for each stream')
}

function stateOf(stream: string, bookmark: unknown): SyncState {
  if (!isObject(bookmark) || bookmark.state === undefined) {
    return refuse(`the bookmark of ${stream} holds no "state": it is of another tap`)
  }
  try {
    return parseSyncState(bookmark.state)
  } catch (error) {
    return refuse(`the bookmark of ${stream}: ${error instanceof Error ? error.message : error}`)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(why: string): never {
  throw new DataverseError(
    `The state cannot be read (${why}). Pass the value of the last STATE line, as the target printed it; without --state everything is read anew.`,
    { code: 'checkpoint-invalid' },
  )
}
