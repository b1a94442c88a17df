import { followIntervals } from '@deltaverse/core'
import { number, type OptionsInput, type OptionsOutput, switchable } from '@deltaverse/options'

const intervals = {
  minIntervalMs: number({
    defaultText: '5,000 ms',
    doc: 'How long to wait after a read that brought changes, in milliseconds; more than 0.',
  }),
  maxIntervalMs: number({
    defaultText: '60,000 ms, or minIntervalMs where that is more',
    doc: 'How long to wait at most, in milliseconds: the interval doubles while nothing changes, and while reads fail.',
  }),
}

/** How a table is followed. */
export type FollowOptions = OptionsInput<typeof intervals>

export type FollowSettings = ReturnType<typeof followIntervals>

/** `follow` of a sync, of one table or of several. */
export const followOption = switchable(intervals, {
  doc: 'Goes on until the signal aborts; without it, a table is read once.',
})

/** Fills in what one interval says of the other. @throws RangeError for intervals that do not fit together */
export function toFollowSettings(
  follow: OptionsOutput<typeof intervals> | undefined,
): FollowSettings | undefined {
  return follow && followIntervals(follow)
}
