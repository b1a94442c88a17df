import { createPageSlicer, type PageSlicer } from '@deltaverse/protocol'
import { createStrictDecoder } from './strict-decoder.js'

/** Turns the bytes of one page into runs of rows and an envelope. */
export type PageDecoder = Pick<PageSlicer, 'push' | 'head' | 'end'>

export type DecoderName = 'slicer' | 'stream-json'

export function createPageDecoder(name: DecoderName, maxRecordBytes: number): PageDecoder {
  const slicer = createPageSlicer({ maxRecordBytes })
  return name === 'slicer' ? slicer : createStrictDecoder(slicer)
}
