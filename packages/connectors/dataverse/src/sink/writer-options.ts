import type { RequestSizer } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import { type Clock, systemClock } from '@deltaverse/core'
import { resolveServiceOptions, type ServiceOptions } from './plan/service-options.js'
import type { TableSource } from './plan/table-port.js'

/** What is done with a row. */
export type WriteOperation = 'upsert' | 'create' | 'update' | 'delete' | 'deactivate'

/** How rows are sent. */
export type WriteStrategy = 'auto' | 'bulk' | 'batch' | 'single'

export interface UpsertWriterOptions<R extends object = Row> extends ServiceOptions {
  /** URL segment of the table: `products`. */
  readonly entitySet: string
  /** Columns that name a row: those of an alternate key. Default: the primary key; for `create` none is needed. */
  readonly key?: readonly string[] | undefined
  /** Brings the values of the key where the rows themselves do not hold them. Default: they do. */
  readonly keyOf?: ((row: R) => Readonly<Record<string, unknown>>) | undefined
  /**
   * `upsert` updates or creates; `create` refuses rows that exist; `update` refuses rows that do not; `delete`;
   * `deactivate` sets `inactiveState`. Default: `upsert`.
   */
  readonly operation?: WriteOperation | undefined
  /**
   * `bulk`: `CreateMultiple`, `UpdateMultiple`, `UpsertMultiple`; `batch`: `$batch`; `single`: one request for each row;
   * `auto`: bulk where table and operation have it, else batch. Default: `auto`.
   */
  readonly strategy?: WriteStrategy | undefined
  /**
   * Rows in one request. Default: as many as the service takes 0.5 to 2 s for, found by the client's governor: 100 at first,
   * 1,000 at most.
   */
  readonly batchSize?: number | undefined
  /** Size at which a request is closed, in bytes. Default: 4,194,304 (4 MiB). */
  readonly maxBatchBytes?: number | undefined
  /** Longest time that a row waits for others to fill its request, in milliseconds. Default: 1,000. */
  readonly maxWaitMs?: number | undefined
  /** Requests under way at most, from 1 to 100. Default: as many as the client's governor allows at the moment. */
  readonly concurrency?: number | undefined
  /** Rows of a changeset inside a batch, which are written all or none. Default: no changesets. */
  readonly changesetSize?: number | undefined
  /** What a null in a row does: `write` clears the column, `skip` leaves it as it is. Default: `write`. */
  readonly nulls?: 'write' | 'skip' | undefined
  /** Whether a key column in the row that differs from the key is refused or left out. Default: `refuse`. */
  readonly keyMismatch?: 'refuse' | 'strip' | undefined
  /**
   * Where `statecode` and `statuscode` go. A row cannot be created in another state than its first, so `auto` writes
   * such states in a second request; `separate` always does; `inline` never. Default: `auto`.
   */
  readonly states?: 'auto' | 'separate' | 'inline' | undefined
  /**
   * Writes the owner in a request of its own, before the state. Where a table is known to refuse the two together (`sla`,
   * `routingrule`), the state follows in any case. Default: `false`.
   */
  readonly separateOwner?: boolean | undefined
  /** The state that `deactivate` sets. Default: `{ statecode: 1, statuscode: 2 }`. */
  readonly inactiveState?: { readonly statecode: number; readonly statuscode: number } | undefined
  /** Compares with what the table holds and writes only what differs. Default: `false`. */
  readonly skipUnchanged?: boolean | undefined
  /** Asks for ids, and with them for created or updated; costs a read for each row. Default: `false`. */
  readonly returnIds?: boolean | undefined
  /** Asks for these columns of rows that were written (`stored` of results), and for ids as well. Default: none. */
  readonly returnColumns?: readonly string[] | undefined
  /** Writes only where the row still has the version in its `@odata.etag`. Default: `false`, it is ignored. */
  readonly matchVersion?: boolean | undefined
  /** What an aborted signal does: `stop` gives up at once; `drain` writes what was pulled already. Default: `stop`. */
  readonly onAbort?: 'stop' | 'drain' | undefined
  /** Pulls no more rows after that many failures. Default: never. */
  readonly stopAfterFailures?: number | undefined
  /** How often a row is sent at most when it fails for passing reasons. Waits that the service asks for do not count. Default: 5. */
  readonly maxAttempts?: number | undefined
  /** Upper end of the first back-off, in milliseconds; doubled with each further one, up to 30 s. Default: 500. */
  readonly baseDelayMs?: number | undefined
  /** Decides the rows of a request. Default: the sizer of the client's governor for this table and operation. */
  readonly sizer?: RequestSizer | undefined
  /** Where to learn about the table. Default: the service is asked, once. */
  readonly metadata?: TableSource | undefined
  /** Default: the machine's time. */
  readonly clock?: Clock | undefined
  /** A number from 0 up to 1, for back-offs. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Makes the GUIDs of created rows. Default: `crypto.randomUUID`. */
  readonly newId?: (() => string) | undefined
}

/** Options with every default filled in. */
export interface ResolvedWriterOptions {
  readonly entitySet: string
  readonly key: readonly string[] | undefined
  readonly keyOf: ((row: Row) => Readonly<Record<string, unknown>>) | undefined
  readonly operation: WriteOperation
  readonly strategy: WriteStrategy
  readonly maxBatchBytes: number
  readonly maxWaitMs: number
  readonly concurrency: number | undefined
  readonly changesetSize: number | undefined
  readonly nulls: 'write' | 'skip'
  readonly keyMismatch: 'refuse' | 'strip'
  readonly states: 'auto' | 'separate' | 'inline'
  readonly separateOwner: boolean
  readonly inactiveState: { readonly statecode: number; readonly statuscode: number }
  readonly skipUnchanged: boolean
  readonly returnIds: boolean
  /** Not empty only together with `returnIds`. */
  readonly returnColumns: readonly string[]
  readonly matchVersion: boolean
  readonly onAbort: 'stop' | 'drain'
  readonly stopAfterFailures: number
  readonly maxAttempts: number
  readonly baseDelayMs: number
  /** Absent: the governor's. */
  readonly sizer: RequestSizer | undefined
  readonly metadata: TableSource | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
  /** Headers and query of every write. */
  readonly service: { readonly headers: Readonly<Record<string, string>>; readonly tag: string | undefined }
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for a value of the wrong kind
 */
export function resolveWriterOptions<R extends object>(
  options: UpsertWriterOptions<R>,
): ResolvedWriterOptions {
  const operation = oneOf('operation', options.operation ?? 'upsert', operations)
  const clock = options.clock ?? systemClock
  const strategy = oneOf('strategy', options.strategy ?? 'auto', ['auto', 'bulk', 'batch', 'single'])
  const size = options.batchSize === undefined ? undefined : within('batchSize', options.batchSize, 1, 1_000)
  return {
    entitySet: checkEntitySet(options.entitySet),
    key: checkKey(options.key),
    keyOf: options.keyOf as ResolvedWriterOptions['keyOf'],
    operation,
    strategy,
    ...resolveLimits(options),
    nulls: oneOf('nulls', options.nulls ?? 'write', ['write', 'skip']),
    keyMismatch: oneOf('keyMismatch', options.keyMismatch ?? 'refuse', ['refuse', 'strip']),
    states: oneOf('states', options.states ?? 'auto', ['auto', 'separate', 'inline']),
    separateOwner: options.separateOwner ?? false,
    inactiveState: options.inactiveState ?? { statecode: 1, statuscode: 2 },
    skipUnchanged: options.skipUnchanged ?? false,
    returnIds: (options.returnIds ?? false) || (options.returnColumns ?? []).length > 0,
    returnColumns: checkReturnColumns(options.returnColumns ?? []),
    matchVersion: options.matchVersion ?? false,
    onAbort: oneOf('onAbort', options.onAbort ?? 'stop', ['stop', 'drain']),
    sizer: strategy === 'single' ? fixedSize(1) : size === undefined ? options.sizer : fixedSize(size),
    metadata: options.metadata,
    clock,
    random: options.random ?? Math.random,
    newId: options.newId ?? (() => globalThis.crypto.randomUUID()),
    service: resolveServiceOptions(options),
  }
}

const operations: readonly WriteOperation[] = ['upsert', 'create', 'update', 'delete', 'deactivate']

function fixedSize(rows: number): RequestSizer {
  return { next: () => rows, record: () => {} }
}

function resolveLimits(
  options: UpsertWriterOptions<never>,
): Pick<
  ResolvedWriterOptions,
  | 'maxBatchBytes'
  | 'maxWaitMs'
  | 'concurrency'
  | 'changesetSize'
  | 'stopAfterFailures'
  | 'maxAttempts'
  | 'baseDelayMs'
> {
  const many = Number.MAX_SAFE_INTEGER
  return {
    maxBatchBytes: within('maxBatchBytes', options.maxBatchBytes ?? 4_194_304, 1, 116 * 1_048_576),
    maxWaitMs: within('maxWaitMs', options.maxWaitMs ?? 1_000, 0, 3_600_000),
    concurrency:
      options.concurrency === undefined ? undefined : within('concurrency', options.concurrency, 1, 100),
    changesetSize:
      options.changesetSize === undefined
        ? undefined
        : within('changesetSize', options.changesetSize, 1, 1_000),
    stopAfterFailures:
      options.stopAfterFailures === undefined
        ? Number.POSITIVE_INFINITY
        : within('stopAfterFailures', options.stopAfterFailures, 1, many),
    maxAttempts: within('maxAttempts', options.maxAttempts ?? 5, 1, 100),
    baseDelayMs: within('baseDelayMs', options.baseDelayMs ?? 500, 1, 60_000),
  }
}

function checkEntitySet(entitySet: string): string {
  if (typeof entitySet === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(entitySet)) return entitySet
  throw new TypeError(`entitySet must be a name such as 'products', received ${JSON.stringify(entitySet)}`)
}

function checkKey(key: readonly string[] | undefined): readonly string[] | undefined {
  if (key === undefined) return key
  if (Array.isArray(key) && key.length > 0 && key.every((name) => typeof name === 'string')) return key
  throw new TypeError(`key must list column names such as ['productnumber'], received ${JSON.stringify(key)}`)
}

function checkReturnColumns(columns: readonly string[]): readonly string[] {
  if (Array.isArray(columns) && columns.every((name) => /^\w+$/.test(name))) return columns
  throw new TypeError(
    `returnColumns must list column names such as ['createdon'], received ${JSON.stringify(columns)}`,
  )
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, received ${value}`)
}

function oneOf<Choice extends string>(name: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value
  throw new TypeError(
    `${name} must be ${choices.map((each) => `'${each}'`).join(' or ')}, received ${JSON.stringify(value)}`,
  )
}
