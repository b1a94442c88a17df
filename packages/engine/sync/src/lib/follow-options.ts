import { followSpec } from '@deltaverse/core'
import { type OptionsInput, switchable } from '@deltaverse/options'

/** How a table is followed. */
export type FollowOptions = OptionsInput<typeof followSpec>

/** `follow` of a sync, of one table or of several. */
export const followOption = switchable(followSpec, {
  doc: 'Goes on until the signal aborts; without it, a table is read once.',
})
