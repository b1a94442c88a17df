import { atLeast } from './option-checks.js'

/** How a table is followed. */
export interface FollowOptions {
  /** How long to wait after a read that brought changes. Default: 5,000 ms. */
  readonly minIntervalMs?: number | undefined
  /** How long to wait at most: the interval doubles while nothing changes, and while reads fail. Default: 60,000 ms. */
  readonly maxIntervalMs?: number | undefined
}

export interface ResolvedFollow {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
}

/** @throws RangeError */
export function followIntervals(follow: boolean | FollowOptions | undefined): ResolvedFollow | undefined {
  if (follow === undefined || follow === false) return undefined
  const { minIntervalMs = 5_000, maxIntervalMs = Math.max(60_000, minIntervalMs) } =
    follow === true ? {} : follow
  if (!(minIntervalMs > 0)) {
    throw new RangeError(`follow.minIntervalMs must be a positive number, not ${minIntervalMs}`)
  }
  return { minIntervalMs, maxIntervalMs: atLeast('follow.maxIntervalMs', maxIntervalMs, minIntervalMs) }
}
