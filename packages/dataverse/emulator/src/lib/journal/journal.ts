import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { CommittedChange } from '../store/store.js'
import { lockDirectory } from './directory-lock.js'
import { formatLine, type KeptChange, keepChange, readLines, recallChange } from './record-line.js'

/** Counters that go with the rows. */
interface Counters {
  readonly version: number
  readonly ids: number
}

/** What a state directory held. */
interface SavedState {
  /** Every change in its order. */
  readonly changes: Iterable<CommittedChange>
  counters(): Counters
}

/** Keeps the state in a directory: a snapshot, and a journal of what was committed since. */
export interface Journal {
  /** `undefined` when the directory was empty. */
  readonly saved: SavedState | undefined
  /** Writes one transaction; when it returns, the changes survive the death of this process. */
  append(changes: readonly CommittedChange[], counters: Counters): void
  /** Whether the journal has grown enough to be worth a snapshot. */
  readonly isLong: boolean
  /** Replaces snapshot and journal by a new snapshot of these changes. */
  compact(changes: Iterable<CommittedChange>, counters: Counters): void
  close(): void
}

interface JournalRecord {
  readonly n: number
  readonly version: number
  readonly ids: number
  readonly changes?: readonly KeptChange[]
}

const changesPerLine = 200

/**
 * Opens a state directory and makes it if need be.
 *
 * @throws Error when another process uses it, or its files are damaged.
 */
export function openJournal(directory: string, compactAfterBytes: number): Journal {
  mkdirSync(directory, { recursive: true })
  const release = lockDirectory(directory)
  try {
    return openLocked(directory, compactAfterBytes, release)
  } catch (error) {
    release()
    throw error
  }
}

function openLocked(directory: string, compactAfterBytes: number, release: () => void): Journal {
  const snapshotFile = join(directory, 'snapshot.ndjson')
  const journalFile = join(directory, 'journal.ndjson')
  const temporary = `${snapshotFile}.new`
  rmSync(temporary, { force: true })
  const snapshot = readSnapshot(snapshotFile)
  const journal = readJournal(journalFile, snapshot?.sequence ?? 0)
  const descriptor = openSync(journalFile, 'a')
  ftruncateSync(descriptor, journal.length)
  let sequence = journal.sequence
  let length = journal.length
  let snapshotLength = snapshot?.length ?? 0
  let closed = false

  function append(record: Omit<JournalRecord, 'n'>): void {
    const line = formatLine({ n: sequence + 1, ...record } satisfies JournalRecord)
    try {
      writeAll(descriptor, line)
    } catch (error) {
      // Half a line would hide every later one.
      ftruncateSync(descriptor, length)
      throw error
    }
    sequence += 1
    length += line.length
  }

  return {
    saved: snapshot === undefined && journal.records.length === 0 ? undefined : savedState(snapshot, journal),
    append: (changes, counters) => append({ ...counters, changes: changes.map(keepChange) }),
    get isLong() {
      return length > Math.max(compactAfterBytes, snapshotLength)
    },
    compact(changes, counters) {
      snapshotLength = writeSnapshot(temporary, changes, { n: sequence, ...counters })
      renameSync(temporary, snapshotFile)
      syncDirectory(directory)
      // Dying here is harmless: what the snapshot has already is skipped by its sequence number.
      ftruncateSync(descriptor, 0)
      length = 0
    },
    close() {
      if (closed) return
      closed = true
      fsyncSync(descriptor)
      closeSync(descriptor)
      release()
    },
  }
}

interface SnapshotContent {
  readonly sequence: number
  readonly counters: Counters
  readonly bytes: Buffer
  readonly file: string
  readonly length: number
}

function readSnapshot(file: string): SnapshotContent | undefined {
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  const header = readLines(bytes, file).next().value?.record as JournalRecord | undefined
  if (header === undefined) throw new Error(`${file} is damaged: restore it from a copy, or delete it`)
  const { n, version, ids } = header
  return { sequence: n, counters: { version, ids }, bytes, file, length: bytes.length }
}

function readJournal(
  file: string,
  after: number,
): { records: JournalRecord[]; sequence: number; length: number } {
  const records: JournalRecord[] = []
  let sequence = after
  let length = 0
  if (existsSync(file)) {
    for (const { record, end } of readLines(readFileSync(file), file)) {
      length = end
      const entry = record as JournalRecord
      if (entry.n <= after) continue
      records.push(entry)
      sequence = entry.n
    }
  }
  return { records, sequence, length }
}

function savedState(
  snapshot: SnapshotContent | undefined,
  { records }: { readonly records: readonly JournalRecord[] },
): SavedState {
  const counters = records.at(-1) ?? snapshot?.counters ?? { version: 0, ids: 0 }
  return {
    counters: () => ({ version: counters.version, ids: counters.ids }),
    changes: {
      *[Symbol.iterator]() {
        const lines = snapshot === undefined ? [] : readLines(snapshot.bytes, snapshot.file)
        for (const { record } of lines) yield* ((record as JournalRecord).changes ?? []).map(recallChange)
        for (const record of records) yield* (record.changes ?? []).map(recallChange)
      },
    },
  }
}

function writeSnapshot(
  file: string,
  changes: Iterable<CommittedChange>,
  header: Omit<JournalRecord, 'changes'>,
): number {
  const descriptor = openSync(file, 'w')
  try {
    let length = 0
    const write = (record: JournalRecord): void => {
      const line = formatLine(record)
      writeAll(descriptor, line)
      length += line.length
    }
    write(header)
    let pending: KeptChange[] = []
    for (const change of changes) {
      pending.push(keepChange(change))
      if (pending.length < changesPerLine) continue
      write({ ...header, changes: pending })
      pending = []
    }
    write({ ...header, changes: pending })
    fsyncSync(descriptor)
    return length
  } finally {
    closeSync(descriptor)
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
}

function syncDirectory(directory: string): void {
  // Windows cannot open directories.
  if (process.platform === 'win32') return
  const descriptor = openSync(directory, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
