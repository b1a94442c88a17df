import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { readPieces } from './page-bodies.js'
import type { Variant } from './variant.js'

/** The floor of every reader that writes: receive, inflate, write the bodies as they are. */
export const downloadToFile: Variant = async (source) => {
  const file = createWriteStream(source.outFile, { highWaterMark: 1_048_576 })
  await pipeline(readPieces(source), file)
  return { bytes: file.bytesWritten }
}
