import {
  abortableDelay,
  type FollowIntervals,
  follow,
  followIntervals,
  type ReadOptions,
} from '@deltaverse/core'
import type { ResolvedOptions } from './options.js'
import type { EventBatch } from './read-context.js'
import { parsePosition } from './read-position.js'

/** How a feed is followed. */
export interface FollowOptions extends Omit<ReadOptions, 'onEvent'>, FollowIntervals {
  /** Told of what happens in the reads and between them, in place of the feed's own. */
  readonly onEvent?: ResolvedOptions['onEvent'] | undefined
}

type ReadOnce = (options: ResolvedOptions, signal: AbortSignal | undefined) => AsyncIterable<EventBatch>

/** Reads again and again, each time from the last checkpoint that its consumer has taken. */
export function followFeed(
  readOnce: ReadOnce,
  options: ResolvedOptions,
  given: FollowOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const { signal } = given
  const intervals = followIntervals(given)
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
  return follow({ read, wait, signal, intervals, onEvent, random })
}
