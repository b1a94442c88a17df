import { type Clock, systemClock } from '../clock.js'
import type { GovernorListener } from './governor-event.js'

/** How one credential's requests are governed. */
export interface GovernorOptions {
  /** Name in events and snapshots. Default: `default`; a client with several credentials numbers them from 1. */
  readonly name?: string | undefined
  /**
   * Requests at a time: `'auto'` follows `x-ms-dop-hint` (Microsoft Learn: Send parallel requests), 4 until it is known; a
   * number is a fixed ceiling. The gate works either way. Default: `'auto'`.
   */
  readonly concurrency?: 'auto' | number | undefined
  /**
   * No more than this at a time, whatever the hint says; set it lower when several processes share one user. Default: 52,
   * the documented limit.
   */
  readonly maxConcurrency?: number | undefined
  /** Told of every event. Default: nobody is. */
  readonly onGovernor?: GovernorListener | undefined
  /** Default: the machine's time; for a governor that a client makes, the client's clock. */
  readonly clock?: Clock | undefined
  /** Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

export interface ResolvedGovernorOptions {
  readonly name: string
  readonly concurrency: 'auto' | number
  readonly maxConcurrency: number
  readonly onGovernor: GovernorListener | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** The documented limit of requests at a time; it may be higher in an environment, never lower. */
export const documentedConcurrency = 52

/** Checks the options and fills in the defaults. @throws TypeError or RangeError for a value of the wrong kind */
export function resolveGovernorOptions(options: GovernorOptions): ResolvedGovernorOptions {
  const concurrency = options.concurrency ?? 'auto'
  return {
    name: options.name ?? 'default',
    concurrency: concurrency === 'auto' ? concurrency : checkWhole('governor.concurrency', concurrency),
    maxConcurrency: checkWhole('governor.maxConcurrency', options.maxConcurrency ?? documentedConcurrency),
    onGovernor: options.onGovernor,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}

function checkWhole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`${name} must be a whole number of at least 1, received ${String(value)}`)
}
