import { abortableDelay, type FollowSettings, follow } from '@deltaverse/core'
import type { FeedSettings } from './options.js'
import type { EventBatch } from './read-context.js'
import { parsePosition } from './read-position.js'

type ReadOnce = (options: FeedSettings, signal: AbortSignal | undefined) => AsyncIterable<EventBatch>

/** Reads again and again, each time from the last checkpoint that its consumer has taken. */
export function followFeed(
  readOnce: ReadOnce,
  options: FeedSettings,
  intervals: FollowSettings,
  signal: AbortSignal | undefined,
): AsyncGenerator<EventBatch, void, undefined> {
  let { position, restart } = options

  async function* read(): AsyncGenerator<EventBatch, boolean, undefined> {
    let changed = false
    let isCopy = false
    for await (const batch of readOnce({ ...options, position, restart }, signal)) {
      yield batch
      // Behind the yield: a checkpoint counts once its consumer has come back for more.
      for (const event of batch) {
        if (event.kind === 'checkpoint') {
          position = parsePosition(event.checkpoint)
          restart = false
        } else {
          // A copy tells every row and not what changed: the more rarely it is made, the better.
          if (event.kind === 'reset') isCopy = event.reason === 'full-copy'
          if (!isCopy) changed = true
        }
      }
    }
    return changed
  }

  const { onEvent, random, clock } = options
  const wait = (ms: number): Promise<void> => abortableDelay(clock, ms, signal)
  return follow({ read, wait, signal, intervals, onEvent, random, clock })
}
