import type { CallOptions, HeldRow } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import type { Format, RecordHead, RecordReader } from '@deltaverse/formats'
import { mismatch } from './mismatch.js'
import { type CommittedFile, readRecords } from './read-records.js'

/** Ids and versions of the changes in a file, in order. */
export async function* heldInFile(
  files: Files,
  file: CommittedFile,
  format: Format,
  { signal }: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  const read = headReader(format, file.path)
  for await (const records of readRecords(files, file, format.split())) {
    signal?.throwIfAborted()
    yield records.flatMap((record) => {
      const head = read(record)
      // Columns that came later make no row, and change no version.
      return head === undefined || head.kind === 'patched' ? [] : toHeldRow(head)
    })
  }
}

/** As `readHeads` of the format; what it cannot read is a `sink-mismatch` that names the file. */
export function headReader(format: Format, path: string): RecordReader<RecordHead> {
  const read = format.readHeads()
  return (record) => {
    try {
      return read(record)
    } catch (error) {
      throw mismatch(`${path} was changed: a line in it is no change (${(error as Error).message})`)
    }
  }
}

function toHeldRow({ kind, id, rowVersion }: RecordHead): HeldRow {
  return kind === 'deleted' ? { id, rowVersion: undefined, deleted: true } : { id, rowVersion }
}
