import { abortableDelay, type Clock } from '@deltaverse/core'
import type { Blocker, SqlWaits } from './blocker.js'
import type { SqlConnection } from './connection.js'

export interface WatchOptions<C extends SqlConnection> {
  readonly waits: SqlWaits<C> | undefined
  readonly connection: C
  readonly clock: Clock
  /** Told of each session that is waited for, once, and once more when it is ended. */
  readonly onBlocked: (blocker: Blocker, isEnded: boolean) => void
}

/**
 * Does work whose statements may wait for what others hold. Who that is, is looked up meanwhile; a session of ours that stands still for
 * good is ended, since nothing else ends one that stands in the middle of bringing rows.
 */
export async function watchWaits<T, C extends SqlConnection>(
  { waits, connection, clock, onBlocked }: WatchOptions<C>,
  work: () => Promise<T>,
): Promise<T> {
  if (waits === undefined) return await work()
  const done = new AbortController()
  const told = new Set<number>()
  let ending: Promise<void> | undefined
  void watch(waits)
  try {
    return await work()
  } finally {
    done.abort()
    // Whoever is told of a session that was ended is told before the work goes on that waited for it.
    await ending?.catch(() => undefined)
  }

  async function watch(looking: SqlWaits<C>): Promise<void> {
    try {
      for (;;) {
        await abortableDelay(clock, looking.lookEveryMs, done.signal)
        for (const blocker of await looking.blockers(connection)) {
          if (done.signal.aborted) return
          if (!told.has(blocker.session)) onBlocked(blocker, false)
          told.add(blocker.session)
          if (!blocker.isStale || done.signal.aborted) continue
          ending = looking.end(blocker).then(() => onBlocked(blocker, true))
          await ending
        }
      }
    } catch {
      // The work is over, or nobody may look: the work itself tells what comes of it.
    }
  }
}
