import { createPageSlicer, type PageSlicer } from '@deltaverse/protocol'
import type { FeedSettings } from './options.js'
import { createStrictDecoder } from './strict-decoder.js'

/** Turns the bytes of one page into runs of rows and an envelope. */
export type PageDecoder = Pick<PageSlicer, 'push' | 'head' | 'end'>

export type DecoderName = FeedSettings['decoder']

export function createPageDecoder(
  options: Pick<FeedSettings, 'decoder' | 'maxRecordBytes' | 'maxDepth'>,
): PageDecoder {
  const slicer = createPageSlicer(options)
  return options.decoder === 'slicer' ? slicer : createStrictDecoder(slicer)
}
