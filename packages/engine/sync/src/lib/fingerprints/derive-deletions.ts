import type { Checkpoint } from '@deltaverse/core'
import type { Tally } from '../commit/committer.js'
import { bytesOf } from '../read/count-changes.js'
import type { PipelineParts } from '../read/pipeline-parts.js'
import { createDeletion } from './create-deletion.js'

/**
 * Deletes what the full read of a resync did not bring, as the fingerprint store tells.
 *
 * The state says `deriving` before the first of them reaches the sink. Broken off anywhere, it is begun again: what was
 * deleted by the saved state is no longer in the fingerprint store at its mark.
 *
 * @returns how many deletions this read has brought, with those before a resume
 * @throws DataverseError `too-many-deletions` before any of them reaches the sink
 */
export async function deriveDeletions<Position, R extends object>(
  parts: PipelineParts<Position, R> & { readonly checkpoint: Checkpoint; readonly tally: Tally },
): Promise<number> {
  const { filter, committer, guard, call, checkpoint, options } = parts
  const { rows } = parts.tally
  let { deletions } = parts.tally
  let left = 0
  for await (const ids of filter.stale(call)) left += ids.length
  if (left > 0) {
    await committer.commit(checkpoint, { rows, deletions }, call)
    options.onEvent({ kind: 'deriving', deletions: left })
    await guard.check(deletions + left, { rows, mayBeMore: false }, call)
  }
  while (left > 0) {
    const told = await tellUntilDue(parts)
    // A fingerprint store that counts more than it lists must not keep us here for ever.
    if (told === 0) break
    left -= told
    deletions += told
    if (left > 0) await committer.commit(checkpoint, { rows, deletions }, call)
  }
  filter.derived()
  return deletions
}

/** The fingerprint store is asked afresh behind each commit, so that it need not keep a place in itself across one. */
async function tellUntilDue<Position, R extends object>({
  filter,
  committer,
  options,
  call,
}: PipelineParts<Position, R>): Promise<number> {
  const { source, sink, onEvent, onStep } = options
  let told = 0
  for await (const ids of filter.stale(call)) {
    call.signal?.throwIfAborted()
    const changes = ids.map((id) => createDeletion(source.table, id))
    await sink.write(changes, call)
    await filter.remove(ids, call)
    told += ids.length
    const bytes = bytesOf(changes)
    committer.note(bytes)
    onEvent({ kind: 'changes', upserted: 0, deleted: ids.length, unchanged: 0, bytes })
    await onStep?.('deletions-derived')
    if (committer.isDue()) break
  }
  return told
}
