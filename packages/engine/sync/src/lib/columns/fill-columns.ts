import { bytesOf } from '../read/count-changes.js'
import type { PipelineParts } from '../read/pipeline-parts.js'
import { patchable } from './open-column-plan.js'

/**
 * Fills the columns that came later, page by page, behind a read of what changed, and reads what changed in between now and
 * then. Never both at once: what was read of the one is written before the other is asked, so that no older value can come
 * behind a newer one, also where rows have no versions.
 *
 * Where it is, is part of each state that is saved, so that it goes on there.
 *
 * @param readChanges reads what changed, to its end; a snapshot may come of it, and then nothing is left to fill
 * @returns whether there was anything to fill
 */
export async function fillColumns<Position, R extends object>(
  parts: PipelineParts<Position, R>,
  readChanges: () => Promise<unknown>,
): Promise<boolean> {
  const { plan, committer, options, call } = parts
  let filled = false
  for (;;) {
    const checkpoint = committer.saved()?.checkpoint
    const backfill = plan.current()
    if (backfill === undefined || checkpoint?.phase !== 'incremental') return filled
    filled = true
    const { isThrough, hasPatched } = await fillForAWhile(parts, backfill.columns)
    if (isThrough) {
      plan.finish()
      options.onEvent({ kind: 'columns-filled', columns: backfill.columns })
      // For a sink, this is where a read ends, and what it shows its readers is all of it.
      if (hasPatched) await options.sink.write([{ kind: 'checkpoint', checkpoint }], call)
      await commit(parts)
    } else await readChanges()
  }
}

/** Comes to the end, or to where it is time to look what changed. */
async function fillForAWhile<Position, R extends object>(
  parts: PipelineParts<Position, R>,
  columns: readonly string[],
): Promise<{ readonly isThrough: boolean; readonly hasPatched: boolean }> {
  const { plan, filter, committer, options, call } = parts
  const { source, clock, onEvent, onStep, backfillPauseMs } = options
  const sink = patchable(options)
  const beganAtMs = clock.now()
  let hasPatched = false
  const groups = source.readColumns?.(columns, { ...call, cursor: plan.current()?.cursor, onEvent }) ?? []
  for await (const { rows, cursor } of groups) {
    call.signal?.throwIfAborted()
    await onStep?.('columns-read')
    if (rows.length > 0) {
      hasPatched = true
      await sink.patch?.({ columns, rows }, call)
      await filter.patched(
        rows.map(({ id }) => id),
        call,
      )
      const bytes = bytesOf(rows)
      committer.note(bytes)
      onEvent({ kind: 'backfilled', rows: rows.length, bytes })
    }
    await onStep?.('columns-written')
    if (cursor === undefined) continue
    plan.moveTo(cursor)
    const isTime = clock.now() - beganAtMs >= backfillPauseMs
    if (isTime || committer.isDue()) await commit(parts)
    if (isTime) return { isThrough: false, hasPatched }
  }
  return { isThrough: true, hasPatched }
}

async function commit<Position, R extends object>({
  committer,
  call,
}: PipelineParts<Position, R>): Promise<void> {
  const { checkpoint, rows } = committer.saved() ?? {}
  if (checkpoint !== undefined) await committer.commit(checkpoint, { rows, deletions: 0 }, call)
}
