import type { CallOptions } from '@deltaverse/core'
import type { ColumnPlan } from '../columns/column-plan.js'
import type { Committer } from '../commit/committer.js'
import type { ChangeFilter } from '../fingerprints/change-filter.js'
import type { DeleteGuard } from '../guard/delete-guard.js'
import type { SyncSettings } from '../sync-options.js'

/** What changes pass on their way to the sink. */
export interface PipelineParts<Position, R extends object> {
  readonly options: SyncSettings<Position, R>
  readonly filter: ChangeFilter<R>
  readonly plan: ColumnPlan
  readonly committer: Committer<Position>
  readonly guard: DeleteGuard
  readonly call: CallOptions
}
