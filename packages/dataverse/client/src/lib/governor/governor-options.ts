import { type Clock, systemClock } from '@deltaverse/core'
import {
  callable,
  defineOptions,
  either,
  instance,
  number,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  switchable,
  text,
  whole,
} from '@deltaverse/options'
import type { GovernorListener } from './report/governor-event.js'

/** The documented limit of requests at a time; it may be higher in an environment, never lower. */
const documentedConcurrency = 52

/** How one credential's requests are governed. */
export const governorSpec = {
  name: text({
    default: 'default',
    doc: 'Name in events and statistics; a client with several credentials numbers them from 1.',
  }),
  concurrency: either(
    oneOf(['auto'], {
      default: 'auto',
      doc: "Requests at a time: 'auto' follows x-ms-dop-hint (Microsoft Learn: Send parallel requests), 4 until it is known; a number is a fixed ceiling. The gate works either way.",
    }),
    whole({ min: 1, doc: 'A fixed ceiling.' }),
  ),
  maxConcurrency: whole({
    default: documentedConcurrency,
    min: 1,
    doc: 'No more than this at a time, whatever the hint says; set it lower when several processes share one user. The default is the documented limit.',
  }),
  polite: switchable(
    {
      share: number({
        default: 0.7,
        min: 0.01,
        max: 0.99,
        doc: 'The share of the limits that is used.',
      }),
    },
    {
      doc: "Leaves the rest of the service's window to other clients of the same user: no more than a share of the limits is used, by the count of what was sent and how long it took. Assumes one web server, so it is slower than need be where several share the load (Microsoft Learn: Service protection API limits).",
    },
  ),
  onEvent: callable<GovernorListener>()({ doc: 'Told of everything it does. Not waited for.' }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's; for a governor that a client makes, the client's",
    doc: 'Time and waiting.',
  }),
  random: callable<() => number>()({
    default: Math.random,
    defaultText: 'Math.random',
    doc: 'A number from 0 up to 1, for jitter.',
  }),
}

/** The options of `createGovernor()`. */
export const governorOptions = defineOptions('createGovernor()', governorSpec)

export type GovernorOptions = OptionsInput<typeof governorSpec>
export type GovernorSettings = OptionsOutput<typeof governorSpec>

/** Checks the options and fills in the defaults. @throws TypeError or RangeError for what cannot be right */
export function toGovernorSettings(input: GovernorOptions): GovernorSettings {
  return governorOptions.parse(input)
}
