import { abortableDelay, isDataverseError, type ReadOptions } from '@deltaverse/core'
import type { ResolvedOptions } from './options.js'
import type { EventBatch } from './read-context.js'
import { parsePosition } from './read-position.js'

export interface FollowOptions extends ReadOptions {
  /** How long to wait after a read that brought changes. Default: 5,000 ms. */
  readonly minIntervalMs?: number | undefined
  /** How long to wait at most; the interval doubles while nothing changes. Default: 60,000 ms. */
  readonly maxIntervalMs?: number | undefined
  /** Called with an error that waiting may cure; the feed goes on from its last checkpoint. */
  readonly onError?: ((error: Error) => void) | undefined
}

type ReadOnce = (options: ResolvedOptions, signal: AbortSignal | undefined) => AsyncIterable<EventBatch>

/**
 * Reads again and again. Each read ends in a fresh delta token, so a feed that is followed never expires, however idle its
 * table is.
 */
export async function* followTable(
  readOnce: ReadOnce,
  options: ResolvedOptions,
  follow: FollowOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const { minIntervalMs, maxIntervalMs } = intervals(follow)
  let { position, restart } = options
  let intervalMs = minIntervalMs
  for (;;) {
    let changed = false
    try {
      for await (const batch of readOnce({ ...options, position, restart }, follow.signal)) {
        yield batch
        // Behind the yield: a checkpoint counts once its consumer has come back for more.
        for (const event of batch) {
          if (event.kind === 'checkpoint') {
            position = parsePosition(event.checkpoint)
            restart = false
          } else changed = true
        }
      }
    } catch (error) {
      if (!isDataverseError(error) || !error.retryable) throw error
      follow.onError?.(error)
    }
    intervalMs = changed ? minIntervalMs : Math.min(maxIntervalMs, intervalMs * 2)
    // A fifth more or less, so that many followers do not ask in step.
    await abortableDelay(options.clock, intervalMs * (0.8 + 0.4 * options.random()), follow.signal)
  }
}

function intervals(follow: FollowOptions): { minIntervalMs: number; maxIntervalMs: number } {
  const minIntervalMs = follow.minIntervalMs ?? 5_000
  const maxIntervalMs = follow.maxIntervalMs ?? Math.max(60_000, minIntervalMs)
  if (!(minIntervalMs > 0) || !(maxIntervalMs >= minIntervalMs)) {
    throw new RangeError(
      `minIntervalMs must be positive and not above maxIntervalMs, not ${minIntervalMs} and ${maxIntervalMs}`,
    )
  }
  return { minIntervalMs, maxIntervalMs }
}
