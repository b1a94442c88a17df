import type { Change, ChangeEvent } from '@deltaverse/core'
import { formatChangeLine, formatChangeLines } from '@deltaverse/formats'
import { isChange, isMarkerEvent } from './change-event.js'
import type { Stage } from './stage.js'

/** What {@link toNdjson} writes: an event of a feed, or a row, which may be anything that JSON can say. */
export type NdjsonItem = ChangeEvent | object | string | number | boolean | null

/**
 * A stage that turns changes, or plain rows, into lines of NDJSON.
 *
 * - A change becomes `{"kind":"upserted","table":"…","id":"…","rowVersion":"…","row":{…}}` with the service's own bytes as
 *   the row, or `{"kind":"deleted","table":"…","id":"…"}`; `changeLineSchema` describes both.
 * - The other events of a feed (`reset`, `checkpoint`, `complete`) write nothing.
 * - Anything else is a row and is written with `JSON.stringify`.
 * - An array is a batch: it comes out as one Buffer. Everything else comes out as one Buffer per line.
 *
 * Holds one item at a time. Give the file behind it a `highWaterMark` of 1 MB or more: with Node's default, writing row by
 * row is several times slower.
 *
 * @throws TypeError for an item that JSON cannot say (`undefined`, a function, a symbol, a bigint), naming its index
 */
export function toNdjson(): Stage<NdjsonItem | readonly NdjsonItem[], Buffer> {
  return async function* (source) {
    let index = 0
    for await (const item of source) {
      if (Array.isArray(item)) {
        const lines = formatBatch(item, index)
        index += item.length
        if (lines.length > 0) yield lines
      } else {
        const at = index++
        if (isChange(item)) yield formatChangeLine(item)
        else if (!isMarkerEvent(item)) yield formatRowLine(item, at)
      }
    }
  }
}

function formatBatch(items: readonly unknown[], firstIndex: number): Buffer {
  const parts: Buffer[] = []
  let changes: Change[] = []
  const flush = () => {
    if (changes.length === 0) return
    parts.push(formatChangeLines(changes))
    changes = []
  }
  // Not forEach: it would pass over the holes of a sparse array in silence.
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (isChange(item)) {
      changes.push(item)
    } else if (!isMarkerEvent(item)) {
      flush()
      parts.push(formatRowLine(item, firstIndex + index))
    }
  }
  flush()
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function formatRowLine(row: unknown, index: number): Buffer {
  if (row instanceof Uint8Array) {
    throw new TypeError(`toNdjson() takes changes and rows; item ${index} is raw bytes. Parse them first.`)
  }
  let text: string | undefined
  try {
    text = JSON.stringify(row)
  } catch (cause) {
    throw new TypeError(`toNdjson() cannot write item ${index} as JSON: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (text === undefined) {
    throw new TypeError(`toNdjson() cannot write item ${index} as JSON: it is ${describe(row)}.`)
  }
  return Buffer.from(`${text}\n`)
}

function describe(row: unknown): string {
  return row === undefined ? 'undefined' : `a ${typeof row}`
}
