import { type FollowIntervals, followIntervals } from '@deltaverse/core'

/** How a table is followed. */
export type FollowOptions = FollowIntervals

export interface ResolvedFollow {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
}

/** @throws RangeError */
export function resolveFollow(follow: boolean | FollowOptions | undefined): ResolvedFollow | undefined {
  if (follow === undefined || follow === false) return undefined
  return followIntervals(follow === true ? {} : follow)
}
