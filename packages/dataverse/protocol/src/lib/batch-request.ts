import { createBatchBuilder, maxBatchParts, wrongCount } from './batch-builder.js'

/** One request inside a batch. */
export interface BatchPart {
  readonly method: string
  /** Path and query from the root of the host: `/api/data/v9.2/accounts(…)`; or `$1…` inside a changeset. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON; `Content-Type: application/json` is added. */
  readonly body?: string | undefined
}

/** Parts that are written all or none. They get the `Content-ID`s that follow those of the parts before. */
export interface BatchChangeset {
  readonly changeset: readonly BatchPart[]
}

/** A batch as it is sent. */
export interface BatchRequest {
  /** Value of `Content-Type`, with the boundary. */
  readonly contentType: string
  readonly body: Buffer
}

/**
 * Formats a `$batch` whose requests are all there; `createBatchBuilder` takes them one by one.
 *
 * @throws RangeError for no part or more than 1,000
 * @throws TypeError for a boundary, method, path or header that would break the text, or a changeset that holds a GET
 */
export function formatBatchRequest(
  items: readonly (BatchPart | BatchChangeset)[],
  options: { readonly boundary: string },
): BatchRequest {
  const count = items.reduce((sum, item) => sum + ('changeset' in item ? item.changeset.length : 1), 0)
  if (count > maxBatchParts) throw wrongCount(count)
  const batch = createBatchBuilder(options)
  for (const item of items) {
    if (!('changeset' in item)) {
      batch.add(item)
      continue
    }
    batch.openChangeset()
    for (const part of item.changeset) batch.add(part)
    batch.closeChangeset()
  }
  return batch.finish()
}
