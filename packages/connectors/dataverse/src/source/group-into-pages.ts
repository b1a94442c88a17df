import type { Change, CompleteEvent, ResetEvent } from '@deltaverse/core'
import type { ChangePage } from './change-page.js'
import type { EventBatch } from './read-context.js'

/** Gathers the events up to each checkpoint into one object. */
export async function* groupIntoPages(
  batches: AsyncIterable<EventBatch>,
): AsyncGenerator<ChangePage, void, undefined> {
  let reset: ResetEvent | undefined
  let complete: CompleteEvent | undefined
  let changes: Change[] = []
  for await (const batch of batches) {
    for (const event of batch) {
      if (event.kind === 'reset') {
        reset = event
        // What a page had begun before its read was started again is not part of it.
        changes = []
      } else if (event.kind === 'complete') complete = event
      else if (event.kind === 'checkpoint') {
        const { checkpoint } = event
        yield { ...(reset && { reset }), changes, ...(complete && { complete }), checkpoint }
        reset = undefined
        complete = undefined
        changes = []
      } else changes.push(event)
    }
  }
}
