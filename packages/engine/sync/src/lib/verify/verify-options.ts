import type { ReadableSink, Row, Sink, Source, TransactionalSink } from '@deltaverse/core'
import { callable, flag, whole } from '../option-checks.js'
import type { SyncEvent } from '../sync-event.js'
import { type ResolvedSync, resolveSync, type SyncOptions } from '../sync-options.js'

/** What a verification needs of a source. */
export type VerifySource<R extends Row = Row> = Source<R> & Required<Pick<Source<R>, 'keys' | 'rows'>>

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
export type VerifyEvent<Position = unknown> =
  | SyncEvent<Position>
  | { readonly kind: 'listed'; readonly side: 'sink' | 'table'; readonly rows: number }

export interface VerifyOptions<Position = unknown, R extends Row = Row>
  extends Omit<
    SyncOptions<Position, R>,
    'source' | 'sink' | 'follow' | 'progress' | 'restart' | 'onEvent' | 'onStep'
  > {
  readonly source: VerifySource<R>
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
  readonly onEvent?: ((event: VerifyEvent<Position>) => void) | undefined
}

export interface ResolvedVerify<Position, R extends Row> {
  readonly sync: ResolvedSync<Position, R>
  readonly source: VerifySource<R>
  readonly sink: ReadableSink
  readonly repair: boolean
  readonly sampleSize: number
  readonly onDifference: (difference: RowDifference) => void | Promise<void>
  readonly temporaryDirectory: string | undefined
  readonly onEvent: (event: VerifyEvent<Position>) => void
}

/** @throws TypeError or RangeError for what cannot be right, a sink that cannot tell what it holds among it */
export function resolveVerify<Position, R extends Row>(
  options: VerifyOptions<Position, R>,
): ResolvedVerify<Position, R> {
  if (typeof options !== 'object' || options === null) throw new TypeError('verify() takes options')
  const { source, sink, temporaryDirectory } = options
  if (typeof sink?.held !== 'function') {
    throw new TypeError(
      'verify() needs a sink that can tell what it holds, by held(): this one cannot. A full read, sync() with restart: true, makes sure as well',
    )
  }
  if (typeof source?.keys !== 'function' || typeof source.rows !== 'function') {
    throw new TypeError('source must have read(), keys() and rows(), as createChangeFeed() makes one')
  }
  const onEvent = callable('onEvent', options.onEvent ?? (() => {}))
  return {
    sync: resolveSync({ ...options, onEvent, follow: false, progress: false, restart: false }),
    source,
    sink,
    repair: flag('repair', options.repair ?? false),
    sampleSize: whole('sampleSize', options.sampleSize ?? 100, 0),
    onDifference: callable('onDifference', options.onDifference ?? (() => {})),
    temporaryDirectory,
    onEvent,
  }
}
