import type { RecordHead } from '@deltaverse/formats'

/** A line, with what it is sorted by. */
export interface SortedLine {
  readonly id: string
  readonly line: Buffer
  /** `patched`: only columns that came later, of a row that is somewhere else. */
  readonly kind: RecordHead['kind']
  /** Lines of columns that came behind it, in their order. */
  readonly patches: readonly Buffer[]
}

/** Two lines of one id as one. */
export function joinLines(older: SortedLine, newer: SortedLine): SortedLine {
  if (newer.kind !== 'patched') return newer
  if (older.kind === 'deleted') return older
  return { ...older, patches: [...older.patches, newer.line, ...newer.patches] }
}

/** Lines in order of their ids, each id once, in groups of bounded size. */
export type SortedLines = AsyncIterable<readonly SortedLine[]>

/** Groups are given on when they hold this much. */
const groupBytes = 64 * 1024

/** Merges sources; where several have an id, the lines are joined in their order. Holds two groups for each source. */
export function mergeSorted(sources: readonly SortedLines[]): SortedLines {
  const [first, ...rest] = sources
  if (first === undefined) return none()
  if (rest.length === 0) return first
  const half = sources.length >> 1
  return mergeTwo(mergeSorted(sources.slice(0, half)), mergeSorted(sources.slice(half)))
}

async function* none(): AsyncGenerator<readonly SortedLine[]> {}

/** Walks through groups line by line, and waits only between groups. */
interface Cursor {
  /** The line it stands at; `undefined` behind the last one. */
  readonly line: SortedLine | undefined
  /** Goes on by one line within the group; `false` when the group is at its end. */
  step(): boolean
  nextGroup(): Promise<void>
  end(): Promise<void>
}

function cursorOf(lines: SortedLines): Cursor {
  const groups = lines[Symbol.asyncIterator]()
  let group: readonly SortedLine[] = []
  let at = 0
  return {
    get line() {
      return group[at]
    },
    step() {
      at += 1
      return at < group.length
    },
    async nextGroup() {
      at = 0
      do {
        const next = await groups.next()
        group = next.done === true ? [] : next.value
        if (next.done === true) return
      } while (group.length === 0)
    },
    async end() {
      await groups.return?.()
    },
  }
}

/** The line that comes next; where both have its id, what they say together. */
function nextOf(a: SortedLine | undefined, b: SortedLine | undefined): SortedLine | undefined {
  if (a === undefined || b === undefined) return a ?? b
  if (a.id === b.id) return joinLines(a, b)
  return a.id < b.id ? a : b
}

async function* mergeTwo(older: SortedLines, newer: SortedLines): AsyncGenerator<readonly SortedLine[]> {
  const [left, right] = [cursorOf(older), cursorOf(newer)]
  try {
    await left.nextGroup()
    await right.nextGroup()
    let merged: SortedLine[] = []
    let bytes = 0
    for (;;) {
      const [a, b] = [left.line, right.line]
      const line = nextOf(a, b)
      if (line === undefined) break
      merged.push(line)
      bytes += line.line.length
      if (a?.id === line.id && !left.step()) await left.nextGroup()
      if (b?.id === line.id && !right.step()) await right.nextGroup()
      if (bytes < groupBytes) continue
      yield merged
      merged = []
      bytes = 0
    }
    if (merged.length > 0) yield merged
  } finally {
    await left.end()
    await right.end()
  }
}
