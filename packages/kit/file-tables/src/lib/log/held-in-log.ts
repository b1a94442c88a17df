import { join } from 'node:path'
import type { CallOptions, HeldRow } from '@deltaverse/core'
import { compressionOf, extensionOf } from '../file-name.js'
import { heldInFile } from '../held-in-file.js'
import type { LogSettings } from '../table-files.js'
import type { LogRead } from './log-manifest.js'

/** Every change of the read that is the table, in order. */
export async function* heldInLog(
  { files, directory, formatOf }: LogSettings,
  reads: readonly LogRead[],
  call: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  for (const { file, bytes, dialect } of readThatCounts(reads)?.files ?? []) {
    const committed = { path: join(directory, file), bytes, compress: compressionOf(file) }
    yield* heldInFile(files, committed, formatOf(extensionOf(file), dialect), call)
  }
}

/** The newest complete one; before the first is complete, the one under way. */
function readThatCounts(reads: readonly LogRead[]): LogRead | undefined {
  return (
    reads.findLast(({ status }) => status === 'complete') ??
    reads.findLast(({ status }) => status === 'reading')
  )
}
