import {
  type Checkpoint,
  followSpec,
  type ReadOptions,
  type ResetReason,
  toFollowSettings,
} from '@deltaverse/core'
import {
  callable,
  createOption,
  defineOptions,
  flag,
  kindOf,
  listOf,
  signal,
  text,
} from '@deltaverse/options'
import type { FeedEvent, FeedSettings } from './options.js'
import { parsePosition } from './read-position.js'

const readSpec = {
  checkpoint: createOption<Checkpoint | null, { doc: string }>(
    { check: (_, value) => value as Checkpoint | null, type: 'checkpoint or null' },
    { doc: 'Where this read goes on; null begins with a snapshot.' },
  ),
  restart: createOption<boolean | ResetReason, { doc: string }>(
    {
      check(name, value) {
        if (typeof value === 'boolean' || (typeof value === 'string' && value !== ''))
          return value as boolean | ResetReason
        throw new TypeError(`${name} must be true, false or a reason, received ${kindOf(value)}`)
      },
      type: 'true, false or a reason',
    },
    { doc: 'Reads the table in full although there is a checkpoint.' },
  ),
  sameEnvironment: flag({
    doc: 'The checkpoint is known to be of this environment, whatever its host was called then.',
  }),
  addedColumns: listOf(text({ doc: 'A column.' }), {
    doc: 'Columns that the checkpoint may lack, and that the caller fills by readColumns().',
  }),
  onEvent: callable<(event: FeedEvent) => void>()({
    doc: "Told of what happens, in place of the feed's own.",
  }),
  signal: signal({ doc: 'Ends it.' }),
} as const

const readOptions = defineOptions('a read of a feed', readSpec)
const followOptions = defineOptions('follow() of a feed', { ...readSpec, ...followSpec })

/** How a feed is followed. */
export interface FollowOptions extends Omit<ReadOptions, 'onEvent'> {
  /** Told of what happens in the reads and between them, in place of the feed's own. */
  readonly onEvent?: ((event: FeedEvent) => void) | undefined
  /** How long to wait after a read that brought changes. Default: 5,000 ms. */
  readonly minIntervalMs?: number | undefined
  /** How long to wait at most: the interval doubles while nothing changes, and while reads fail. Default: 60,000 ms. */
  readonly maxIntervalMs?: number | undefined
}

interface ResolvedRead {
  readonly options: FeedSettings
  readonly signal: AbortSignal | undefined
}

/**
 * The options of one read. A signal that is passed by itself, or a controller for a signal, would be ignored without a word,
 * and the read could not be stopped.
 *
 * @throws TypeError, DataverseError `checkpoint-invalid`
 */
export function resolveRead(feed: FeedSettings, read: ReadOptions | undefined): ResolvedRead {
  // A read by itself says nothing of what happens between reads.
  return resolve(feed, readOptions.parse(requireOptions(read) as FollowOptions))
}

/** The options of a feed that is followed. @throws as {@link resolveRead}; RangeError for intervals that do not fit together */
export function resolveFollow(feed: FeedSettings, follow: FollowOptions | undefined) {
  const { minIntervalMs, maxIntervalMs, ...read } = followOptions.parse(requireOptions(follow))
  return { ...resolve(feed, read), intervals: toFollowSettings({ minIntervalMs, maxIntervalMs }) }
}

type GivenRead = ReturnType<typeof readOptions.parse>

function resolve(feed: FeedSettings, given: GivenRead): ResolvedRead {
  const { checkpoint, restart, sameEnvironment, addedColumns, onEvent, signal } = given
  return {
    signal,
    options: {
      ...feed,
      ...(checkpoint !== undefined && {
        position: checkpoint === null ? undefined : parsePosition(checkpoint),
      }),
      ...(restart !== undefined && { restart }),
      ...(sameEnvironment !== undefined && { sameEnvironment }),
      ...(addedColumns !== undefined && { addedColumns }),
      ...(onEvent !== undefined && { onEvent }),
    },
  }
}

function requireOptions<T extends object>(given: T | undefined): T | Record<string, never> {
  if (given === undefined) return {}
  if (typeof given === 'object' && given !== null && !('aborted' in given)) return given
  throw new TypeError('a read takes options such as { signal }, not the signal itself or any other value')
}
