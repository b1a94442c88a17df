import type { Change, ChangeEvent, CheckpointEvent, CompleteEvent, ResetEvent, Row } from './change.js'

/** Who takes which events; each is waited for before the next is called. */
export interface EventRoutes<R extends object = Row> {
  /** A run of changes between two other events; never empty. */
  changes(changes: readonly Change<R>[]): void | Promise<void>
  reset(event: ResetEvent): void | Promise<void>
  complete(event: CompleteEvent): void | Promise<void>
  checkpoint(event: CheckpointEvent): void | Promise<void>
}

/** Tells the events of a group apart, in order. A group of nothing but changes is handed on as it is. */
export async function routeEvents<R extends object = Row>(
  events: readonly ChangeEvent<R>[],
  routes: EventRoutes<R>,
): Promise<void> {
  let start = 0
  for (const [index, event] of events.entries()) {
    if (event.kind === 'upserted' || event.kind === 'deleted') continue
    if (index > start) await routes.changes(events.slice(start, index) as readonly Change<R>[])
    start = index + 1
    if (event.kind === 'reset') await routes.reset(event)
    else if (event.kind === 'complete') await routes.complete(event)
    else await routes.checkpoint(event)
  }
  if (start < events.length) {
    await routes.changes((start === 0 ? events : events.slice(start)) as readonly Change<R>[])
  }
}
