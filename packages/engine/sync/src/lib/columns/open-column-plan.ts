import type { CallOptions, PatchableSink, SyncState } from '@deltaverse/core'
import type { SyncSettings } from '../sync-options.js'
import { type ColumnPlan, createColumnPlan } from './column-plan.js'

/** Asks source and sink for their columns, behind the opening of the sink, and says which came since the state was saved. */
export async function openColumnPlan<Position, R extends object>(
  options: SyncSettings<Position, R>,
  saved: SyncState<Position> | undefined,
  call: CallOptions,
): Promise<ColumnPlan> {
  const { source, onEvent } = options
  const sink = patchable(options)
  const columns = await source.columns?.(call)
  const why = whyNot(options)
  const unfilled = sink.unfilled?.() ?? []
  const plan = createColumnPlan({ saved, columns, unfilled, canFill: why === undefined })
  if (plan.needsSnapshot()) {
    onEvent({ kind: 'columns-added', columns: plan.added, filled: 'by-snapshot', why: why ?? '' })
  } else if (plan.added.length > 0) {
    onEvent({ kind: 'columns-added', columns: plan.added, filled: 'by-backfill' })
  }
  return plan
}

/** What a sink may have beyond the contract of all. */
export function patchable<Position, R extends object>({
  sink,
}: Pick<SyncSettings<Position, R>, 'sink'>): Partial<PatchableSink<R>> {
  return sink as Partial<PatchableSink<R>>
}

function whyNot<Position, R extends object>(options: SyncSettings<Position, R>): string | undefined {
  if (options.source.readColumns === undefined) return 'the source cannot read some columns by themselves'
  if (patchable(options).patch === undefined)
    return 'the sink cannot put some columns into rows that it holds'
  return undefined
}
