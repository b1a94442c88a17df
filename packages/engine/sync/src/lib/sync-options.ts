import {
  type CheckpointStore,
  type Clock,
  type Fingerprints,
  type FollowSettings,
  type Row,
  type Sink,
  type Source,
  systemClock,
  type TransactionalSink,
  toFollowSettings,
} from '@deltaverse/core'
import {
  bytes,
  callable,
  defineOptions,
  flag,
  instance,
  MiB,
  number,
  type OptionsInput,
  type OptionsOutput,
  share,
  signal,
  switchable,
  text,
} from '@deltaverse/options'
import { followOption } from './follow-options.js'
import type { SyncEvent } from './sync-event.js'
import type { SyncStep } from './sync-step.js'

/** What a sync and a verification have in common. */
export const commonOptions = {
  name: text({
    required: true,
    doc: 'Under which the state is kept and the lease is taken: one for each pair of table and sink.',
  }),
  checkpoints: instance<CheckpointStore>(['load', 'save'])({
    doc: 'Keeps the state. May be left out when the sink keeps it itself, which makes each change take effect once.',
  }),
  fingerprints: instance<Fingerprints>(['record', 'remove', 'stale', 'commit'])({
    defaultText: 'none; a resync reaches the sink as a full read',
    doc: 'Remembers what the rows looked like, so that a resync reaches the sink as a delta. It is opened and closed by the sync.',
  }),
  environmentId: text({
    defaultText: 'not looked at',
    doc: 'Which environment this is, where its host name does not tell. A state of another one leads to a full read, and one of the same goes on under another host name.',
  }),
  commitBytes: bytes({
    default: 64 * MiB,
    min: 1,
    doc: 'Fewest bytes of rows between two commits within a read, unless commitMs have passed.',
  }),
  commitMs: number({
    default: 1_000,
    doc: 'Longest time between two commits within a read, in milliseconds, looked at where the source has a checkpoint.',
  }),
  backfillPauseMs: number({
    default: 30_000,
    doc: 'While columns that came later are being filled: after how long that is interrupted, in milliseconds, to read what changed.',
  }),
  maxDeleteShare: share({
    default: 0.5,
    doc: 'The largest share of the rows known that one read may delete, from 0 to 1; looked at from 100 deletions on. More than that stops the sync with too-many-deletions before they reach the sink.',
  }),
  leaseWaitMs: number({
    default: 0,
    doc: 'How long to wait for somebody else who works on this name, in milliseconds; 0 refuses at once.',
  }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Time and waiting; tests pass a virtual one.',
  }),
  random: callable<() => number>()({
    default: Math.random,
    defaultText: 'Math.random',
    doc: 'From 0 (inclusive) to 1, for jitter.',
  }),
  signal: signal({ doc: 'Ends it.' }),
}

const options = defineOptions('sync()', {
  ...commonOptions,
  source: instance<Source>(
    ['read'],
    'a source, such as createChangeFeed() makes',
  )({
    required: true,
    doc: "The table's changes. Where it begins is said by the saved state; a checkpoint of its own is not looked at.",
  }),
  sink: instance<Sink>(['open', 'write', 'commit', 'close'])({
    required: true,
    doc: 'Where they go. It is opened and closed by the sync.',
  }),
  restart: flag({
    default: false,
    doc: 'Reads the table in full although there is a state, and begins the sink anew if it is not what that state says.',
  }),
  follow: followOption,
  progress: switchable(
    { intervalMs: number({ default: 1_000, doc: 'Time between two of them, in milliseconds.' }) },
    {
      doc: 'Says how far the read is every so many milliseconds, and asks the service how many rows there are.',
    },
  ),
  onEvent: callable<(event: never) => void>()({
    default: () => {},
    defaultText: 'nothing',
    doc: 'Told of everything that happens. Not waited for. One that throws ends the sync with what it threw; whatever is committed by then stays.',
  }),
  onStep: callable<(step: SyncStep) => void | Promise<void>>()({
    defaultText: 'nothing',
    doc: 'For tests and harnesses: called, and waited for, between the actions of a sync.',
  }),
})

type Declared = OptionsInput<typeof options.spec>
type Given = OptionsOutput<typeof options.spec>

export interface SyncOptions<Position = unknown, R extends object = Row>
  extends Omit<Declared, 'source' | 'sink' | 'onEvent'> {
  /** The table's changes. Where it begins is said by the saved state; a checkpoint of its own is not looked at. */
  readonly source: Source<R>
  /** Where they go. It is opened and closed by the sync. */
  readonly sink: Sink<Position, R> | TransactionalSink<Position, R>
  /**
   * Told of everything that happens. Not waited for. One that throws ends the sync with what it threw; whatever is committed
   * by then stays.
   */
  readonly onEvent?: ((event: SyncEvent<Position>) => void) | undefined
}

/** What a sync reads of its options. */
export interface SyncSettings<Position = unknown, R extends object = Row>
  extends Omit<Given, 'source' | 'sink' | 'onEvent' | 'follow'> {
  readonly source: Source<R>
  readonly sink: Sink<Position, R> | TransactionalSink<Position, R>
  readonly onEvent: (event: SyncEvent<Position>) => void
  readonly follow: FollowSettings | undefined
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for what cannot be right, names that there are none of included
 */
export function toSyncSettings<Position, R extends object>(
  input: SyncOptions<Position, R>,
): SyncSettings<Position, R> {
  const given = options.parse(input as unknown as Declared)
  const { source, sink } = input
  const onEvent = given.onEvent as SyncSettings<Position, R>['onEvent']
  return { ...given, source, sink, onEvent, follow: given.follow && toFollowSettings(given.follow) }
}
