import type { ReadableSink, Row, Sink, TransactionalSink } from '@deltaverse/core'
import type { ChangeFeed } from '@deltaverse/dataverse'
import type { SyncNotice } from '../notice.js'
import { callable, flag, whole } from '../option-checks.js'
import { type ResolvedSync, resolveSync, type SyncFeed, type SyncOptions } from '../options.js'

/** What a verification needs of a feed. */
export type VerifyFeed<R extends Row = Row> = SyncFeed<R> & Pick<ChangeFeed<R>, 'keys' | 'rows'>

/**
 * A row that the sink does not hold as the table has it.
 *
 * - `missing`: the table has it, the sink does not.
 * - `stale`: the sink has another version of it.
 * - `extra`: the sink has it, the table does not.
 */
export interface RowDifference {
  readonly kind: 'missing' | 'stale' | 'extra'
  /** Primary key: a lower-case GUID without braces. */
  readonly id: string
  /** Row version in the sink, where it holds the row. */
  readonly held?: string
  /** Row version in the table, where it has the row. */
  readonly expected?: string
}

/** What happens in a verification: all of its syncs, and how many rows of either side are listed so far. */
export type VerifyNotice<Position = unknown> =
  | SyncNotice<Position>
  | { readonly kind: 'listed'; readonly side: 'sink' | 'table'; readonly rows: number }

export interface VerifyOptions<Position = unknown, R extends Row = Row>
  extends Omit<
    SyncOptions<Position, R>,
    'feed' | 'sink' | 'follow' | 'progress' | 'restart' | 'onNotice' | 'onStep'
  > {
  readonly feed: VerifyFeed<R>
  /** What is verified; it must be able to tell what it holds. */
  readonly sink: (Sink<Position, R> | TransactionalSink<Position, R>) & ReadableSink
  /** Reads rows that differ again and writes them to the sink, and takes away what is gone. Default: `false`. */
  readonly repair?: boolean | undefined
  /** How many differences the summary names; it counts them all. Default: 100. */
  readonly sampleSize?: number | undefined
  /** Told of every difference, and waited for. Default: nothing. */
  readonly onDifference?: ((difference: RowDifference) => void | Promise<void>) | undefined
  /** Folder for the lists of ids and versions, some 50 bytes for each row of either side. Default: the system's. */
  readonly temporaryDirectory?: string | undefined
  readonly onNotice?: ((notice: VerifyNotice<Position>) => void) | undefined
}

export interface ResolvedVerify<Position, R extends Row> {
  readonly sync: ResolvedSync<Position, R>
  readonly feed: VerifyFeed<R>
  readonly sink: ReadableSink
  readonly repair: boolean
  readonly sampleSize: number
  readonly onDifference: (difference: RowDifference) => void | Promise<void>
  readonly temporaryDirectory: string | undefined
  readonly onNotice: (notice: VerifyNotice<Position>) => void
}

/** @throws TypeError or RangeError for what cannot be right, a sink that cannot tell what it holds among it */
export function resolveVerify<Position, R extends Row>(
  options: VerifyOptions<Position, R>,
): ResolvedVerify<Position, R> {
  if (typeof options !== 'object' || options === null) throw new TypeError('verify() takes options')
  const { feed, sink, temporaryDirectory } = options
  if (typeof sink?.held !== 'function') {
    throw new TypeError(
      'verify() needs a sink that can tell what it holds, by held(): this one cannot. A full read, sync() with restart: true, makes sure as well',
    )
  }
  if (typeof feed?.keys !== 'function' || typeof feed.rows !== 'function') {
    throw new TypeError('feed must be made by createChangeFeed(), with keys() and rows()')
  }
  const onNotice = callable('onNotice', options.onNotice ?? (() => {}))
  return {
    sync: resolveSync({ ...options, onNotice, follow: false, progress: false, restart: false }),
    feed,
    sink,
    repair: flag('repair', options.repair ?? false),
    sampleSize: whole('sampleSize', options.sampleSize ?? 100, 0),
    onDifference: callable('onDifference', options.onDifference ?? (() => {})),
    temporaryDirectory,
    onNotice,
  }
}
