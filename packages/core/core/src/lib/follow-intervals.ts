import { defineOptions, durationMs, type OptionsInput } from '@deltaverse/options'

const longestMs = 30 * 86_400_000

/** Declares how a table is followed. */
export const followSpec = {
  minIntervalMs: durationMs({
    default: 5_000,
    min: 1,
    max: longestMs,
    doc: 'How long to wait after a read that brought changes.',
  }),
  maxIntervalMs: durationMs({
    min: 1,
    max: longestMs,
    defaultText: '60,000 ms, or minIntervalMs where that is more',
    doc: 'How long to wait at most: the interval doubles while nothing changes, and while reads fail.',
  }),
} as const

const options = defineOptions('follow()', followSpec)

/** How a table is followed. */
export type FollowIntervals = OptionsInput<typeof followSpec>

/** How a table is followed, both intervals known. */
export interface FollowSettings {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
}

/**
 * Checks the intervals and fills in the defaults.
 *
 * @throws TypeError or RangeError for what cannot be right, names that there are none of included
 */
export function toFollowSettings(given: FollowIntervals): FollowSettings {
  const { minIntervalMs, maxIntervalMs = Math.max(60_000, minIntervalMs) } = options.parse(given)
  if (maxIntervalMs >= minIntervalMs) return { minIntervalMs, maxIntervalMs }
  throw new RangeError(
    `maxIntervalMs must not be less than minIntervalMs (${minIntervalMs}), received ${maxIntervalMs}`,
  )
}
