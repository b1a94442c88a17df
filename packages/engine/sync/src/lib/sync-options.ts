import type {
  CallOptions,
  CheckpointStore,
  Fingerprints,
  Row,
  Sink,
  Source,
  TransactionalSink,
} from '@deltaverse/core'
import { type Clock, systemClock } from '@deltaverse/core'
import { type FollowOptions, type ResolvedFollow, resolveFollow } from './follow-options.js'
import { atLeast, callable, flag, share, text, whole } from './option-checks.js'
import type { SyncEvent } from './sync-event.js'
import type { SyncStep } from './sync-step.js'

export interface SyncOptions<Position = unknown, R extends Row = Row> extends CallOptions {
  /** Under which the state is kept and the lease is taken: one for each pair of table and sink. */
  readonly name: string
  /** The table's changes. Where it begins is said by the saved state; a checkpoint of its own is not looked at. */
  readonly source: Source<R>
  /** Where they go. It is opened and closed by the sync. */
  readonly sink: Sink<Position, R> | TransactionalSink<Position, R>
  /** Keeps the state. May be left out when the sink keeps it itself, which makes each change take effect once. */
  readonly checkpoints?: CheckpointStore | undefined
  /**
   * Remembers what the rows looked like, so that a resync reaches the sink as a delta. It is opened and closed by the sync.
   * Default: none; a resync reaches the sink as a full read.
   */
  readonly fingerprints?: Fingerprints | undefined
  /** Reads the table in full although there is a state, and begins the sink anew if it is not what that state says. Default: `false`. */
  readonly restart?: boolean | undefined
  /** Which environment this is, where its host name does not tell. A state of another one leads to a full read. Default: not looked at. */
  readonly environmentId?: string | undefined
  /** Goes on until the signal aborts. Default: `false`, it reads once. */
  readonly follow?: boolean | FollowOptions | undefined
  /** Fewest bytes of rows between two commits within a read, unless `commitMs` have passed. Default: 64 MiB. */
  readonly commitBytes?: number | undefined
  /** Longest time between two commits within a read, looked at where the source has a checkpoint. Default: 1,000 ms. */
  readonly commitMs?: number | undefined
  /**
   * The largest share of the rows known that one read may delete, from 0 to 1; looked at from 100 deletions on. More than
   * that stops the sync with `too-many-deletions` before they reach the sink. Default: 0.5.
   */
  readonly maxDeleteShare?: number | undefined
  /** How long to wait for somebody else who works on this name. Default: 0, refuse at once. */
  readonly leaseWaitMs?: number | undefined
  /** Says how far the read is every so many milliseconds (`true`: 1,000), and asks the service how many rows there are. Default: `false`. */
  readonly progress?: boolean | { readonly intervalMs?: number | undefined } | undefined
  /**
   * Told of everything that happens. Not waited for. One that throws ends the sync with what it threw; whatever is committed
   * by then stays.
   */
  readonly onEvent?: ((event: SyncEvent<Position>) => void) | undefined
  /** For tests and harnesses: called, and waited for, between the actions of a sync. Default: nothing. */
  readonly onStep?: ((step: SyncStep) => void | Promise<void>) | undefined
  /** Time and waiting; tests pass a virtual one. Default: the machine's. */
  readonly clock?: Clock | undefined
  /** From 0 (inclusive) to 1, for jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

export interface ResolvedSync<Position = unknown, R extends Row = Row> {
  readonly name: string
  readonly source: Source<R>
  readonly sink: Sink<Position, R> | TransactionalSink<Position, R>
  readonly checkpoints: CheckpointStore | undefined
  readonly fingerprints: Fingerprints | undefined
  readonly restart: boolean
  readonly environmentId: string | undefined
  readonly follow: ResolvedFollow | undefined
  readonly commitBytes: number
  readonly commitMs: number
  readonly maxDeleteShare: number
  readonly leaseWaitMs: number
  readonly progressMs: number | undefined
  readonly onEvent: (event: SyncEvent<Position>) => void
  readonly onStep: ((step: SyncStep) => void | Promise<void>) | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal | undefined
}

/** Fills in the defaults. @throws TypeError or RangeError for what cannot be right */
export function resolveSync<Position, R extends Row>(
  options: SyncOptions<Position, R>,
): ResolvedSync<Position, R> {
  if (typeof options !== 'object' || options === null) throw new TypeError('sync() takes options')
  const { name, source, sink, checkpoints, fingerprints, signal } = options
  if (typeof source?.read !== 'function')
    throw new TypeError('source must have read(), as createChangeFeed() makes one')
  if (typeof sink?.write !== 'function' || typeof sink.commit !== 'function') {
    throw new TypeError('sink must have open(), write(), commit() and close()')
  }
  if (checkpoints !== undefined && typeof checkpoints.save !== 'function') {
    throw new TypeError('checkpoints must have load() and save()')
  }
  if (fingerprints !== undefined && typeof fingerprints.record !== 'function') {
    throw new TypeError('fingerprints must have record(), remove(), stale() and commit()')
  }
  if (signal !== undefined && typeof signal.throwIfAborted !== 'function') {
    throw new TypeError('signal must be an AbortSignal, such as the signal of an AbortController')
  }
  return {
    name: text('name', name),
    source,
    sink,
    checkpoints,
    fingerprints,
    signal,
    restart: flag('restart', options.restart ?? false),
    environmentId:
      options.environmentId === undefined ? undefined : text('environmentId', options.environmentId),
    follow: resolveFollow(options.follow),
    commitBytes: whole('commitBytes', options.commitBytes ?? 64 * 1024 * 1024, 1),
    commitMs: atLeast('commitMs', options.commitMs ?? 1_000, 0),
    maxDeleteShare: share('maxDeleteShare', options.maxDeleteShare ?? 0.5),
    leaseWaitMs: atLeast('leaseWaitMs', options.leaseWaitMs ?? 0, 0),
    progressMs: progressInterval(options.progress),
    onEvent: callable('onEvent', options.onEvent ?? (() => {})),
    onStep: options.onStep === undefined ? undefined : callable('onStep', options.onStep),
    clock: options.clock ?? systemClock,
    random: callable('random', options.random ?? Math.random),
  }
}

function progressInterval(progress: SyncOptions['progress']): number | undefined {
  if (progress === undefined || progress === false) return undefined
  return atLeast('progress.intervalMs', progress === true ? 1_000 : (progress.intervalMs ?? 1_000), 0)
}
