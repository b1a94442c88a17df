import { createGovernorCore, type GovernorCore } from './governor-core.js'
import { type GovernorOptions, toGovernorSettings } from './governor-options.js'
import type { GovernorStats } from './report/governor-stats.js'
import { createSizers } from './signals/create-sizers.js'
import type { RequestSizer, RequestSizerOptions } from './signals/request-sizer.js'

const coreKey: unique symbol = Symbol('governorCore')

/**
 * Keeps the requests of one credential in one environment within the service protection limits: a ceiling for requests
 * at a time and one gate for all of them. Pass it to several clients of the same credential so that they share it.
 */
export interface Governor {
  stats(): GovernorStats
  /** The sizer of this name; made when it is first asked for, and then with these options. */
  sizer(name: string, options?: RequestSizerOptions): RequestSizer
  /** @internal */
  readonly [coreKey]: GovernorCore
}

/**
 * Makes a governor that clients can share.
 *
 * @throws TypeError or RangeError for bad options
 */
export function createGovernor(options: GovernorOptions = {}): Governor {
  const core = createGovernorCore(toGovernorSettings(options))
  const governor = { stats: core.stats, sizer: createSizers() }
  // Kept out of enumeration: what a governor does inside is nobody's business.
  return Object.defineProperty(governor, coreKey, { value: core }) as typeof governor & {
    readonly [coreKey]: GovernorCore
  }
}

/** Whether a value was made by {@link createGovernor}. */
export function isGovernor(value: unknown): value is Governor {
  return typeof value === 'object' && value !== null && coreKey in value
}

/** The part that the client talks to. */
export function coreOf(governor: Governor): GovernorCore {
  return governor[coreKey]
}
