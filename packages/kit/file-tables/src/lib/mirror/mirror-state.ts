import type { CheckpointMark } from '../checkpoint-mark.js'
import type { RecordFile } from '../record-file.js'
import type { BaseFile, ChangesFile, MirrorPosition } from './mirror-position.js'

/** A file that changes are appended to. */
export interface OpenChanges {
  readonly name: string
  readonly file: RecordFile
}

/** What an open mirror holds, ahead of what is committed. */
export interface MirrorState {
  readonly fence: number
  base: BaseFile | undefined
  changes: OpenChanges | undefined
  read: { readonly epoch: number; changes: OpenChanges | undefined } | undefined
  /** Rows have changed since the base was made. */
  isBehind: boolean
  /** The checkpoint that ended a read, where nothing came after it. */
  endedAt: CheckpointMark | undefined
}

/** The position of a sink that holds nothing. */
export const nothing: MirrorPosition = { format: 1, mode: 'mirror' }

export async function closeFiles({ changes, read }: MirrorState): Promise<void> {
  await changes?.file.close()
  await read?.changes?.file.close()
}

export function changesOf({ name, file }: OpenChanges): ChangesFile {
  return { file: name, bytes: file.bytes }
}

/** Where a mirror is; all its lines are written. */
export function positionOf({ fence, base, changes, read, isBehind }: MirrorState): MirrorPosition {
  return {
    ...nothing,
    ...(fence === 0 ? {} : { fence }),
    ...(base === undefined ? {} : { base }),
    ...(changes === undefined ? {} : { changes: changesOf(changes) }),
    ...(isBehind ? { isBehind } : {}),
    ...(read === undefined
      ? {}
      : {
          read: {
            epoch: read.epoch,
            ...(read.changes === undefined ? {} : { changes: changesOf(read.changes) }),
          },
        }),
  }
}

/** Names of the files that a position counts on. */
export function filesOf({ base, changes, read }: MirrorPosition): Set<string> {
  const named = [base?.file, base?.view?.file, changes?.file, read?.changes?.file]
  return new Set(named.filter((file) => file !== undefined))
}
