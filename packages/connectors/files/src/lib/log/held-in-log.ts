import { join } from 'node:path'
import type { CallOptions, HeldRow } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { compressionOf } from '../compression.js'
import { heldInLines } from '../held-in-lines.js'
import type { LogRead } from './log-manifest.js'

/** Every change of the read that is the table, in order. */
export async function* heldInLog(
  files: Files,
  directory: string,
  reads: readonly LogRead[],
  call: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  for (const { file, bytes } of readThatCounts(reads)?.files ?? []) {
    const path = join(directory, file)
    yield* heldInLines(files, { path, bytes, compress: compressionOf(file) }, call)
  }
}

/** The newest complete one; before the first is complete, the one under way. */
function readThatCounts(reads: readonly LogRead[]): LogRead | undefined {
  return (
    reads.findLast(({ status }) => status === 'complete') ??
    reads.findLast(({ status }) => status === 'reading')
  )
}
