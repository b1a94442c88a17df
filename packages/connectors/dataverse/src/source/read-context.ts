import type { DataverseClient } from '@deltaverse/client'
import type { ChangeEvent } from '@deltaverse/core'
import type { ChangeShape } from './change.js'
import type { FeedSettings } from './options.js'
import type { ReadPlan } from './read-plan.js'
import type { CheckpointScope } from './read-position.js'

/** Everything a read needs to know about its table. */
export interface ReadContext {
  readonly client: DataverseClient
  readonly options: FeedSettings
  readonly scope: CheckpointScope
  readonly shape: ChangeShape
  readonly tokenLifetimeDays: number | undefined
}

export type EventBatch = readonly ChangeEvent[]

/**
 * How a part of a read ended: with the end of the read, with the plan for the part that follows, or with the plan to carry
 * out instead, because this one cannot be.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'next'; readonly plan: ReadPlan }
  | { readonly kind: 'instead'; readonly plan: ReadPlan }

export const done: Outcome = { kind: 'done' }

export function next(plan: ReadPlan): Outcome {
  return { kind: 'next', plan }
}

export function instead(plan: ReadPlan): Outcome {
  return { kind: 'instead', plan }
}
