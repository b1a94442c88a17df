/** How a table is followed. */
export interface FollowIntervals {
  /** How long to wait after a read that brought changes. Default: 5,000 ms. */
  readonly minIntervalMs?: number | undefined
  /** How long to wait at most: the interval doubles while nothing changes, and while reads fail. Default: 60,000 ms. */
  readonly maxIntervalMs?: number | undefined
}

/** Fills in the defaults. @throws RangeError for intervals that cannot be right */
export function followIntervals(given: FollowIntervals): {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
} {
  const { minIntervalMs = 5_000, maxIntervalMs = Math.max(60_000, minIntervalMs) } = given
  if (!(minIntervalMs > 0 && Number.isFinite(minIntervalMs))) {
    throw new RangeError(`minIntervalMs must be a positive number, not ${minIntervalMs}`)
  }
  if (!(maxIntervalMs >= minIntervalMs && Number.isFinite(maxIntervalMs))) {
    throw new RangeError(`maxIntervalMs must be a number of at least ${minIntervalMs}, not ${maxIntervalMs}`)
  }
  return { minIntervalMs, maxIntervalMs }
}
