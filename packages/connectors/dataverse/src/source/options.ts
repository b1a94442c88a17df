import {
  type Checkpoint,
  type Clock,
  type FollowEvent,
  type SourceEvent,
  systemClock,
} from '@deltaverse/core'
import { defaultMaxRecordBytes } from '@deltaverse/protocol'
import type { DecoderName } from './page-decoder.js'
import { canonicalSelect, parsePosition, type ReadPosition } from './read-position.js'

/** What happens while a feed is read or followed. */
export type FeedEvent = SourceEvent | FollowEvent

export interface ChangeFeedOptions {
  /** Entity set of the table, as in URLs: `contacts`. */
  readonly entitySet: string
  /** Columns to read; lookups by their property, `_parentcustomerid_value`. Default: all columns. */
  readonly select?: readonly string[] | undefined
  /**
   * Where to go on: what a `checkpoint` event gave. Default: none, the table is read in full.
   * Anything that came from a file or a database may be passed; it is checked first.
   */
  readonly checkpoint?: Checkpoint | null | undefined
  /** Reads the table in full although there is a checkpoint (`reset` with reason `requested`). Default: `false`. */
  readonly restart?: boolean | undefined
  /**
   * What to do with a checkpoint of another environment, table or list of columns: `refuse` it with a
   * `checkpoint-mismatch` error, or `reset` and read in full. Default: `refuse`.
   */
  readonly onMismatch?: 'refuse' | 'reset' | undefined
  /**
   * What to do when the service no longer answers for the delta token: `resync` (read in full, under the next epoch)
   * or `fail` with a `delta-token-expired` error. Default: `resync`.
   */
  readonly onExpired?: 'resync' | 'fail' | undefined
  /**
   * Closes the gap of reads of several pages, whose token may stand for the moment of the last page and so know nothing of what
   * changed on earlier pages meanwhile. Costs a read of the primary keys before each full read and a request behind it, and
   * reads a delta of several pages twice. Default: `true`.
   */
  readonly gapGuard?: boolean | undefined
  /**
   * How the table is read. `tracked` follows change tracking. `full-copy` is for tables that cannot be tracked: every read is a
   * full one, and whoever keeps the rows finds out which are gone. `modified-since` reads between two copies only the rows with
   * a newer `modifiedon`; deletions, and rows whose `modifiedon` was set to an older time, are found by the next copy only.
   * Default: `tracked`.
   */
  readonly mode?: 'tracked' | 'full-copy' | 'modified-since' | undefined
  /** With `modified-since`, how much older than the last read rows may be and are read again. Default: 5 minutes, 300,000 ms. */
  readonly overlapMs?: number | undefined
  /** With `modified-since`, how long after the last copy the next one is due; 0 for never. Default: one day, 86,400,000 ms. */
  readonly copyEveryMs?: number | undefined
  /** Rows in a page. Default: the service's own maximum, 5,000 for standard tables and 500 for elastic ones. */
  readonly pageSize?: number | undefined
  /**
   * Annotations to ask for, such as `*` or `OData.Community.Display.V1.FormattedValue`. Default: none. Some servers were
   * seen to drop change tracking when annotations were asked for; the feed notices and says so.
   */
  readonly annotations?: string | readonly string[] | undefined
  /** Primary key column. Default: asked of the service once, together with whether change tracking is on. */
  readonly primaryKey?: string | undefined
  /**
   * How long the service keeps a delta token, in days. `ask` reads `expirechangetrackingindays` of the organization; where
   * that may not be read, nothing is assumed; nor is with 0. Default: `ask`.
   */
  readonly tokenLifetimeDays?: number | 'ask' | undefined
  /** How long before the end of the delta token `expiring` is said. Default: one day, 86,400,000 ms. */
  readonly expiryNoticeMs?: number | undefined
  /** Told of what happens while it reads and, when it is followed, between its reads. Not waited for. */
  readonly onEvent?: ((event: FeedEvent) => void) | undefined
  /**
   * How far to read ahead of a slow consumer, in bytes of rows; 0 turns it off. Raise it to latency times rate where both are
   * high. Default: 2 MiB.
   */
  readonly readAheadBytes?: number | undefined
  /** The most bytes one row may have. Default: 64 MiB. */
  readonly maxRecordBytes?: number | undefined
  /**
   * Numbers that a JavaScript number cannot hold (beyond 2^53, or of too many digits) come as strings of their digits in
   * `change.row`. `false` parses them as JavaScript does, which loses digits. Default: `true`. Bytes are never touched.
   */
  readonly exactNumbers?: boolean | undefined
  /**
   * `slicer` checks what stands between the rows and leaves the rows to whoever parses them; `stream-json` checks every byte
   * of every row first, at about half the speed. Default: `slicer`.
   */
  readonly decoder?: DecoderName | undefined
  /** How often a page is asked for again when its body breaks off. Default: 5. */
  readonly maxPageRetries?: number | undefined
  /** Time and waiting; tests pass a virtual one. Default: the machine's. */
  readonly clock?: Clock | undefined
  /** From 0 (inclusive) to 1, for jitter. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

export interface ResolvedOptions {
  readonly entitySet: string
  readonly select: readonly string[] | undefined
  readonly canonicalSelect: readonly string[] | null
  readonly position: ReadPosition | undefined
  readonly restart: boolean
  readonly onMismatch: 'refuse' | 'reset'
  readonly onExpired: 'resync' | 'fail'
  readonly gapGuard: boolean
  readonly mode: 'tracked' | 'full-copy' | 'modified-since'
  readonly overlapMs: number
  readonly copyEveryMs: number
  readonly pageSize: number | undefined
  readonly annotations: string | readonly string[] | undefined
  readonly primaryKey: string | undefined
  readonly tokenLifetimeDays: number | 'ask'
  readonly expiryNoticeMs: number
  readonly onEvent: (event: FeedEvent) => void
  readonly readAheadBytes: number
  readonly maxRecordBytes: number
  readonly exactNumbers: boolean
  readonly decoder: DecoderName
  readonly maxPageRetries: number
  readonly clock: Clock
  readonly random: () => number
}

const oneDayMs = 86_400_000

/** Fills in the defaults. @throws TypeError or RangeError for a value that cannot be right, `checkpoint-invalid` */
export function resolveOptions(options: ChangeFeedOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`createChangeFeed() takes a client and options, not ${describe(options)} for options`)
  }
  const select = textList('select', options.select)
  return {
    entitySet: text('entitySet', options.entitySet),
    select,
    canonicalSelect: canonicalSelect(select),
    position: options.checkpoint == null ? undefined : parsePosition(options.checkpoint),
    restart: flag('restart', options.restart ?? false),
    onMismatch: oneOf('onMismatch', options.onMismatch ?? 'refuse', ['refuse', 'reset']),
    onExpired: oneOf('onExpired', options.onExpired ?? 'resync', ['resync', 'fail']),
    gapGuard: flag('gapGuard', options.gapGuard ?? true),
    mode: oneOf('mode', options.mode ?? 'tracked', ['tracked', 'full-copy', 'modified-since']),
    overlapMs: atLeast('overlapMs', options.overlapMs ?? 300_000, 0),
    copyEveryMs: atLeast('copyEveryMs', options.copyEveryMs ?? oneDayMs, 0),
    pageSize: options.pageSize === undefined ? undefined : whole('pageSize', options.pageSize, 1),
    annotations:
      typeof options.annotations === 'string'
        ? options.annotations
        : textList('annotations', options.annotations),
    primaryKey: options.primaryKey === undefined ? undefined : text('primaryKey', options.primaryKey),
    tokenLifetimeDays:
      options.tokenLifetimeDays === undefined || options.tokenLifetimeDays === 'ask'
        ? 'ask'
        : atLeast('tokenLifetimeDays', options.tokenLifetimeDays, 0),
    expiryNoticeMs: atLeast('expiryNoticeMs', options.expiryNoticeMs ?? oneDayMs, 0),
    onEvent: callable('onEvent', options.onEvent ?? ignore),
    readAheadBytes: whole('readAheadBytes', options.readAheadBytes ?? 2 * 1024 * 1024, 0),
    maxRecordBytes: whole('maxRecordBytes', options.maxRecordBytes ?? defaultMaxRecordBytes, 1),
    exactNumbers: flag('exactNumbers', options.exactNumbers ?? true),
    decoder: oneOf('decoder', options.decoder ?? 'slicer', ['slicer', 'stream-json']),
    maxPageRetries: whole('maxPageRetries', options.maxPageRetries ?? 5, 0),
    clock: clockOf(options.clock ?? systemClock),
    random: callable('random', options.random ?? Math.random),
  }
}

function ignore(): void {}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw new TypeError(
    `${name} must be one of ${allowed.map((word) => `"${word}"`).join(', ')}, not ${JSON.stringify(value)}`,
  )
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError(`${name} must be a whole number of at least ${least}, not ${value}`)
}

function atLeast(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value
  throw new RangeError(`${name} must be a number of at least ${least}, not ${value}`)
}

/** What TypeScript would have refused: a word for a list, or the text of an environment variable for yes or no. */
function textList(name: string, value: readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TypeError(`${name} must be a list of names, not ${describe(value)}`)
}

function text(name: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`${name} must be text, not ${describe(value)}`)
}

function flag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false, not ${describe(value)}`)
}

function callable<F>(name: string, value: F): F {
  if (typeof value === 'function') return value
  throw new TypeError(`${name} must be a function, not ${describe(value)}`)
}

function clockOf(clock: Clock): Clock {
  if (typeof clock?.now === 'function' && typeof clock.delay === 'function') return clock
  throw new TypeError(`clock must have now() and delay(), not ${describe(clock)}`)
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : value === null ? 'null' : `${typeof value}`
}
