import { PageFormatError, type PageSlicer } from '@deltaverse/protocol'
import { none } from 'stream-chain/defs.js'
import { jsonParser } from 'stream-json/core/parser.js'

/**
 * Lets stream-json read every byte before the slicer may hand it on: the whole grammar of JSON is checked, in rows nobody
 * parses too, and so is the UTF-8. Costs about half of the speed; memory stays bounded by the row.
 */
export function createStrictDecoder(slicer: PageSlicer): PageSlicer {
  const text = new TextDecoder('utf-8', { fatal: true })
  // Values in pieces, never packed: a string of 20 MB is checked without being kept.
  const parse = jsonParser({ packValues: false }) as (piece: string | typeof none) => unknown
  let offset = 0
  let empty = true

  function check(action: () => unknown): void {
    try {
      action()
    } catch (cause) {
      throw new PageFormatError(`the page is not valid JSON: ${(cause as Error).message}, at or before`, {
        reason: 'malformed',
        offset,
      })
    }
  }

  return {
    push(chunk) {
      offset += chunk.byteLength
      check(() => {
        const piece = text.decode(chunk, { stream: true })
        if (piece.trim() !== '') empty = false
        if (!empty && piece !== '') parse(piece)
      })
      return slicer.push(chunk)
    },
    head: () => slicer.head(),
    end() {
      // The slicer first: it tells a body that ended early from one that is malformed.
      const envelope = slicer.end()
      check(() => {
        text.decode()
        if (!empty) parse(none)
      })
      return envelope
    },
  }
}
