import { setImmediate } from 'node:timers/promises'
import { numberWithin } from '../option-checks.js'

/** Time that jumps: whenever the process has nothing to do but wait, the next wait is over at once. */
export interface VirtualTime {
  /** Milliseconds since the epoch. For the `clock` option. */
  readonly now: () => number
  /** For the `wait` option, and for every other wait that shall take part. Rejects with the signal's reason. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>
}

export interface VirtualTimeOptions {
  /** Where it starts, in milliseconds since the epoch. Default: 2026-01-01. */
  readonly startMs?: number | undefined
  /**
   * Real milliseconds after which a process that neither looks at the clock nor begins a wait counts as idle: enough
   * for a request to arrive over a local connection. Default: 2.
   */
  readonly quietMs?: number | undefined
}

/** Turns of the event loop without activity that it takes at least. */
const quietTurns = 50

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * Creates a virtual time, so that windows of minutes pass in milliseconds. Everything that waits must wait with it and
 * run in this process.
 *
 * @throws TypeError or RangeError for an option that is no number of 0 or more.
 */
export function createVirtualTime(options: VirtualTimeOptions = {}): VirtualTime {
  const { startMs = Date.UTC(2026, 0, 1), quietMs = 2 } = options
  numberWithin('startMs', startMs, 0, Number.MAX_SAFE_INTEGER)
  numberWithin('quietMs', quietMs, 0, Number.MAX_SAFE_INTEGER)
  const sleepers = new Set<Sleeper>()
  let now = startMs
  let activity = 0
  let running = false

  async function quiet(): Promise<void> {
    let since = performance.now()
    // A process that did not run has been quiet without having had a chance to be otherwise, so turns count too.
    for (
      let turns = 0, seen = activity;
      turns < quietTurns || performance.now() - since < quietMs;
      turns += 1
    ) {
      await setImmediate()
      if (seen === activity) continue
      seen = activity
      since = performance.now()
      turns = -1
    }
  }

  async function run(): Promise<void> {
    while (sleepers.size > 0) {
      await quiet()
      const next = [...sleepers].reduce<Sleeper | undefined>(
        (first, each) => (first === undefined || each.at < first.at ? each : first),
        undefined,
      )
      if (next === undefined) break
      now = Math.max(now, next.at)
      next.wake()
    }
    running = false
  }

  function wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    activity += 1
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        activity += 1
        sleepers.delete(sleeper)
        signal?.removeEventListener('abort', abort)
        settle()
      }
      const sleeper: Sleeper = { at: now + ms, wake: () => end(resolve) }
      const abort = (): void => end(() => reject(signal?.reason))
      signal?.addEventListener('abort', abort)
      sleepers.add(sleeper)
      if (running) return
      running = true
      void run()
    })
  }

  return {
    now() {
      activity += 1
      return now
    },
    wait,
  }
}
