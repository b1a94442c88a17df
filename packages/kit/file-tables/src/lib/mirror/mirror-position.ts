import type { CheckpointMark } from '../checkpoint-mark.js'
import { mismatch } from '../mismatch.js'

/** A file that is complete. */
export interface WholeFile {
  readonly file: string
  readonly bytes: number
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
}

/** Rows in order of their ids, as lines of NDJSON. */
export interface BaseFile extends WholeFile {
  readonly rows: number
  /** The same rows as readers see them, where that is another format. */
  readonly view?: WholeFile
  /** The checkpoint whose rows it holds. */
  readonly checkpoint?: CheckpointMark
}

/** Changes in the order in which they came. */
export interface ChangesFile {
  readonly file: string
  readonly bytes: number
}

/** How far a mirror is. The files are those in its working folder. */
export interface MirrorPosition {
  /** Version of this format. */
  readonly format: 1
  readonly mode: 'mirror'
  /** See `Fence`: its files are in a working folder of that number. Absent for 0. */
  readonly fence?: number
  /** The rows as of the last replacement; absent before the first. */
  readonly base?: BaseFile
  /** What changed since. */
  readonly changes?: ChangesFile
  /** Whether they are yet to be merged: `changes` alone does not tell when a read brought nothing. */
  readonly isBehind?: true
  /** The full read under way and what it brought; it takes the place of all the rest when it is complete. */
  readonly read?: { readonly epoch: number; readonly changes?: ChangesFile }
}

/** @throws DataverseError `sink-mismatch` when it is no position of a mirror */
export function requireMirrorPosition(position: unknown): MirrorPosition {
  const { format, mode, ...rest } = (position ?? {}) as Partial<MirrorPosition>
  if (format === 1 && mode === 'mirror') {
    for (const each of [rest.base, rest.base?.view, rest.changes, rest.read?.changes]) {
      if (each !== undefined && !/^(?:base|changes|view)\.\d{6,}\.[a-z]+(?:\.gz)?$/.test(each.file)) {
        throw mismatch(`the saved position names ${JSON.stringify(each.file)}, which is no file of a mirror`)
      }
    }
    return position as MirrorPosition
  }
  if ((mode as unknown) === 'log') throw mismatch('the saved position is of a log, and this sink is a mirror')
  throw mismatch('the saved position is not one of a mirror of this release')
}
