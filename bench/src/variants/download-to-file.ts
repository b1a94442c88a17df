import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { readPieces } from './page-bodies.js'
import type { Variant } from './variant.js'

/** The floor of every reader that writes: receive, inflate, write the bodies as they are. */
export const downloadToFile: Variant = async (source) => {
  const file = createWriteStream(source.outFile, { highWaterMark: 1_048_576 })
  await pipeline(readPieces(source), file)
  return { bytes: file.bytesWritten }
}

/** The floor of every reader whose file outlives a power cut: the same, and the disk has it in the end. */
export const downloadToFileAndFsync: Variant = async (source) => {
  const seen = await downloadToFile(source)
  const file = await open(source.outFile, 'r+')
  await file.sync()
  await file.close()
  return seen
}
