import { createBatchBuilder, maxBatchParts, wrongCount } from './batch-builder.js'
import type { BatchChangeset, BatchPart, BatchRequest } from './batch-part.js'

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
