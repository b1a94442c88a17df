import { type PageOptions, type PagePart, readPages } from './page-reader.js'
import { readAhead } from './read-ahead.js'
import type { ReadContext } from './read-context.js'

/** Reads the page at a path and those behind it, a little ahead of whoever takes the parts. */
export async function* readParts(
  context: ReadContext,
  path: string,
  signal: AbortSignal | undefined,
  options: PageOptions = context.options,
): AsyncGenerator<PagePart, void, undefined> {
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(signal?.reason)
  signal?.throwIfAborted()
  // Not AbortSignal.any(): on a signal that outlives thousands of reads it leaves something behind with each of them.
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    yield* readAhead(readPages(context.client, path, options, stop.signal), {
      maxBytes: options.readAheadBytes,
      sizeOf: sizeOfPart,
      stop: () => stop.abort(),
    })
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

/** How pages of a delta are asked for. */
export function ofDelta({ options }: ReadContext): PageOptions {
  return { ...options, ofDelta: true }
}

function sizeOfPart(part: PagePart): number {
  if (part.kind !== 'rows') return 0
  let size = 0
  // Bounds cost memory too: a page of tiny rows has more of them than bytes of rows.
  for (const { bytes, bounds } of part.runs) size += bytes.length + bounds.length * 8
  return size
}
