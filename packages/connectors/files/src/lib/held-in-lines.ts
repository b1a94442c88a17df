import type { CallOptions, HeldRow } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { type LineHead, parseLineHead } from './line-head.js'
import { type CommittedFile, readLines } from './read-lines.js'
import { mismatch } from './sink-mismatch.js'

/** Ids and versions of the changes in a file, in order. */
export async function* heldInLines(
  files: Files,
  file: CommittedFile,
  { signal }: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  for await (const lines of readLines(files, file)) {
    signal?.throwIfAborted()
    yield lines.map((line) => toHeldRow(headOf(line, file.path)))
  }
}

/** @throws DataverseError `sink-mismatch` when the line is no change */
export function headOf(line: Buffer, path: string): LineHead {
  try {
    return parseLineHead(line)
  } catch (error) {
    throw mismatch(`${path} was changed: a line in it is no change (${(error as Error).message})`)
  }
}

function toHeldRow({ kind, id, rowVersion }: LineHead): HeldRow {
  return kind === 'deleted' ? { id, rowVersion: undefined, deleted: true } : { id, rowVersion }
}
