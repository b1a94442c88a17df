import { readPieces } from './page-bodies.js'
import type { Variant } from './variant.js'

/** The floor of every reader: receive, inflate, discard. */
export const download: Variant = async (source) => {
  let bytes = 0
  for await (const piece of readPieces(source)) bytes += piece.length
  return { bytes }
}
