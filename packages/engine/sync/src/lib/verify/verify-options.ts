import type { ReadableSink, Row, Sink, Source, TransactionalSink } from '@deltaverse/core'
import {
  callable,
  defineOptions,
  flag,
  instance,
  type OptionsInput,
  type OptionsOutput,
  oneOf,
  text,
  whole,
} from '@deltaverse/options'
import type { SyncEvent } from '../sync-event.js'
import { commonOptions, type SyncSettings, toSyncSettings } from '../sync-options.js'

/** What a verification needs of a source. */
export type VerifySource<R extends object = Row> = Source<R> & Required<Pick<Source<R>, 'keys' | 'rows'>>

/**
 * A row that the sink does not hold as the table has it.
 *
 * - `missing`: the table has it, the sink does not.
 * - `stale`: the sink has another version of it.
 * - `extra`: the sink has it, the table does not.
 * - `altered`: the sink has the same version of it, with other values.
 */
export interface RowDifference {
  readonly kind: 'missing' | 'stale' | 'extra' | 'altered'
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

const options = defineOptions('verify()', {
  ...commonOptions,
  source: instance<VerifySource>(
    ['read', 'keys', 'rows'],
    'a source, such as createChangeFeed() makes',
  )({
    required: true,
    doc: 'The table.',
  }),
  sink: instance<Sink & ReadableSink>(
    ['open', 'write', 'commit', 'close', 'held'],
    'a sink that can tell what it holds (where it cannot, a full read, sync() with restart: true, makes sure as well)',
  )({
    required: true,
    doc: 'What is verified; it must be able to tell what it holds.',
  }),
  compare: oneOf(['values', 'versions'], {
    default: 'values',
    doc: 'values: also compares the values of rows whose versions agree, where the sink can tell (SQL); costs a read of the table. versions: keys and row versions alone.',
  }),
  repair: flag({
    default: false,
    doc: 'Reads rows that differ again and writes them to the sink, and takes away what is gone.',
  }),
  sampleSize: whole({
    default: 100,
    doc: 'How many differences the summary names; it counts them all.',
  }),
  onDifference: callable<(difference: RowDifference) => void | Promise<void>>()({
    default: () => {},
    defaultText: 'nothing',
    doc: 'Told of every difference, and waited for.',
  }),
  temporaryDirectory: text({
    defaultText: "the system's",
    doc: 'Folder for the lists of ids and versions, some 50 bytes for each row of either side.',
  }),
  onEvent: callable<(event: never) => void>()({
    default: () => {},
    defaultText: 'nothing',
    doc: 'Told of everything that happens. Not waited for.',
  }),
})

type Declared = OptionsInput<typeof options.spec>
type Given = OptionsOutput<typeof options.spec>

export interface VerifyOptions<Position = unknown, R extends object = Row>
  extends Omit<Declared, 'source' | 'sink' | 'onEvent'> {
  readonly source: VerifySource<R>
  /** What is verified; it must be able to tell what it holds. */
  readonly sink: (Sink<Position, R> | TransactionalSink<Position, R>) & ReadableSink
  /** Told of everything that happens. Not waited for. */
  readonly onEvent?: ((event: VerifyEvent<Position>) => void) | undefined
}

/** What a verification reads of its options. */
export interface VerifySettings<Position, R extends object>
  extends Pick<Given, 'compare' | 'repair' | 'sampleSize' | 'onDifference' | 'temporaryDirectory'> {
  readonly sync: SyncSettings<Position, R>
  readonly source: VerifySource<R>
  readonly sink: ReadableSink
  readonly onEvent: (event: VerifyEvent<Position>) => void
}

/** @throws TypeError or RangeError for what cannot be right, a sink that cannot tell what it holds among it */
export function toVerifySettings<Position, R extends object>(
  input: VerifyOptions<Position, R>,
): VerifySettings<Position, R> {
  const { compare, repair, sampleSize, onDifference, temporaryDirectory, ...given } = options.parse(
    input as unknown as Declared,
  )
  const { source, sink } = input
  const onEvent = given.onEvent as VerifySettings<Position, R>['onEvent']
  const sync = toSyncSettings<Position, R>({ ...given, source, sink, onEvent })
  return { sync, source, sink, onEvent, compare, repair, sampleSize, onDifference, temporaryDirectory }
}
