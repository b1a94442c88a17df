import type { Environment } from '../environment/open-environment.js'
import type { KnownRows } from '../push/known-rows.js'
import type { PlanEntry } from './plan-entry.js'

/** What planning is given besides the push. */
export interface PlanContext {
  readonly environment: Environment
  readonly known: KnownRows | undefined
  readonly signal: AbortSignal
  readonly add: (entry: PlanEntry) => Promise<void>
}
