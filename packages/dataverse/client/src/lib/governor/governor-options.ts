import { type Clock, systemClock } from '@deltaverse/core'
import { checkCount, checkFunction, checkObject, checkText, kindOf } from '@deltaverse/options'
import type { GovernorListener } from './governor-event.js'

/** How one credential's requests are governed. */
export interface GovernorOptions {
  /** Name in events and statss. Default: `default`; a client with several credentials numbers them from 1. */
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
  /**
   * Leaves the rest of the service's window to other clients of the same user: no more than this share of the limits is
   * used, by a fingerprint store of what was sent and how long it took. Assumes one web server, so it is slower than need be where
   * several share the load (Microsoft Learn: Service protection API limits). `true` is a share of 0.7. Default: `false`,
   * everything that the service gives is used.
   */
  readonly polite?: boolean | { readonly share: number } | undefined
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
  readonly polite: { readonly share: number } | undefined
  readonly onGovernor: GovernorListener | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** The documented limit of requests at a time; it may be higher in an environment, never lower. */
const documentedConcurrency = 52

/** Checks the options and fills in the defaults. @throws TypeError or RangeError for a value of the wrong kind */
export function resolveGovernorOptions(options: GovernorOptions): ResolvedGovernorOptions {
  const { concurrency = 'auto', onGovernor } = checkObject('governor', options)
  return {
    name: checkText('governor.name', options.name ?? 'default'),
    concurrency: checkConcurrency(concurrency),
    maxConcurrency: checkCount('governor.maxConcurrency', options.maxConcurrency ?? documentedConcurrency),
    polite: resolvePolite(options.polite ?? false),
    onGovernor: onGovernor === undefined ? undefined : checkFunction('governor.onGovernor', onGovernor),
    clock: checkObject('governor.clock', options.clock ?? systemClock, ['now', 'delay']),
    random: checkFunction('governor.random', options.random ?? Math.random),
  }
}

function checkConcurrency(concurrency: 'auto' | number): 'auto' | number {
  if (concurrency === 'auto') return concurrency
  if (typeof concurrency === 'number') return checkCount('governor.concurrency', concurrency)
  throw new TypeError(`governor.concurrency must be 'auto' or a number, received ${kindOf(concurrency)}`)
}

function resolvePolite(polite: boolean | { readonly share: number }): { readonly share: number } | undefined {
  if (polite === false) return undefined
  if (polite !== true && (typeof polite !== 'object' || polite === null)) {
    throw new TypeError(`governor.polite must be true, false or { share }, received ${kindOf(polite)}`)
  }
  const share = polite === true ? 0.7 : polite.share
  if (typeof share === 'number' && share > 0 && share < 1) return { share }
  const message = `governor.polite.share must be a number above 0 and below 1, received`
  throw typeof share === 'number'
    ? new RangeError(`${message} ${share}`)
    : new TypeError(`${message} ${kindOf(share)}`)
}
