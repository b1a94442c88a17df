import type { DataverseClient } from '@deltaverse/client'
import {
  type CallOptions,
  type ChangeEvent,
  type ColumnGroup,
  DataverseError,
  isDataverseError,
  type ReadColumnsOptions,
  type ReadOptions,
  type Row,
  type RowCount,
  type RowKey,
  type Source,
  type UpsertedChange,
} from '@deltaverse/core'
import { createMetadataReader, readTableSchema, rowMembersOf } from '@deltaverse/metadata'
import { formatCollectionPath, formatPrefer } from '@deltaverse/protocol'
import { memberOf, type TableSchema } from '@deltaverse/schema'
import { createChangeShape } from './change.js'
import type { ChangePage } from './change-page.js'
import { countRows } from './count-rows.js'
import { followFeed } from './follow.js'
import { groupIntoPages } from './group-into-pages.js'
import { readRowLabels } from './labels/row-labels.js'
import { type ChangeFeedOptions, type FeedSettings, toFeedSettings } from './options.js'
import { readColumns } from './read-columns.js'
import type { EventBatch, ReadContext } from './read-context.js'
import { type FollowOptions, resolveFollow, resolveRead } from './read-options.js'
import { planRead, withSameRows } from './read-plan.js'
import type { CheckpointScope, ReadPosition } from './read-position.js'
import { readTable } from './read-table.js'
import { readKeys, readRows } from './table-access.js'
import { describeTable, readTokenLifetimeDays, requireChangeTracking } from './table-description.js'

/**
 * The changes of one table since a checkpoint. Every iteration begins at its own checkpoint, or else at the one that the feed
 * was created with, asks for the pages as they are consumed (and a little ahead), and ends when the service has nothing more
 * to tell.
 *
 * Order is that of the service; each change comes at least once, and may come again behind a failure. Save a checkpoint
 * only when everything before it is durable.
 */
export interface ChangeFeed<R extends object = Row> extends Source<R> {
  /** Entity set of the table: `contacts`. */
  readonly table: string
  /** Event by event. */
  changes(options?: ReadOptions): AsyncGenerator<ChangeEvent<R>, void, undefined>
  /** The same events in the groups in which they arrived (some 64 to 256 kB of rows each): fewer waits, for throughput. */
  read(options?: ReadOptions): AsyncGenerator<readonly ChangeEvent<R>[], void, undefined>
  /** Page by page, each held in memory as a whole: `pageSize` times the size of a row. */
  pages(options?: ReadOptions): AsyncGenerator<ChangePage<R>, void, undefined>
  /** Like `read()`, but goes on: waits, asks again, and ends only by its signal or an error that waiting will not cure. */
  follow(options?: FollowOptions): AsyncGenerator<readonly ChangeEvent<R>[], void, undefined>
  /** Columns and their types, from the table's definition: the primary key, then what the feed selects. */
  schema(call?: CallOptions): Promise<TableSchema>
  /** The members of its rows: what it selects, or else what the table's definition says; `undefined` where that may not be read. */
  columns(call?: CallOptions): Promise<readonly string[] | undefined>
  /** Some columns of all rows, page by page, in as many requests as it takes to read just these; delta tokens are left alone. */
  readColumns(
    columns: readonly string[],
    options?: ReadColumnsOptions,
  ): AsyncGenerator<ColumnGroup<R>, void, undefined>
  /** How many rows the table has now, as far as the service tells: it stops counting at 5,000. */
  count(call?: CallOptions): Promise<RowCount>
  /** Keys and versions of all rows, in groups: the least that can be read of a table. A key may come twice. */
  keys(call?: CallOptions): AsyncGenerator<readonly RowKey[], void, undefined>
  /**
   * These rows as they are now, in the shape of the feed's changes, in groups and in any order; those that are gone do not
   * come. Meant for some rows of many: a request for every 50.
   */
  rows(
    ids: readonly string[],
    call?: CallOptions,
  ): AsyncGenerator<readonly UpsertedChange<R>[], void, undefined>
}

/**
 * Creates a feed of one table. Nothing is sent until it is iterated.
 *
 * The type parameter says what your rows look like; it is not checked at run time.
 *
 * @throws TypeError or RangeError for options that cannot be right, DataverseError `checkpoint-invalid` for a checkpoint that
 * cannot be read
 *
 * Source of the service's behaviour: Microsoft Learn, "Use change tracking to synchronize data with external systems".
 */
export function createChangeFeed<R extends object = Row>(
  client: DataverseClient,
  options: ChangeFeedOptions,
): ChangeFeed<R> {
  if (typeof client?.request !== 'function') {
    throw new TypeError('createChangeFeed() takes a client, made by createClient(), and options')
  }
  const resolved = toFeedSettings(options)
  // Refuses names and sizes that cannot go into a request, before the first one is sent.
  const { select, partitionKey } = resolved
  const named = partitionKey === undefined ? select : [...(select ?? []), partitionKey]
  formatCollectionPath({ entitySet: resolved.entitySet, select: named })
  formatPrefer({ maxPageSize: resolved.pageSize, includeAnnotations: resolved.annotations })
  const scope: CheckpointScope = {
    source: `${new URL(client.origin).hostname}/${resolved.entitySet}`,
    entitySet: resolved.entitySet,
    select: resolved.canonicalSelect,
    isTracked: resolved.mode === 'tracked',
  }
  const hasLabels = resolved.labels || resolved.lookups !== 'ids'
  const metadata = createMetadataReader(client, { ttlMs: resolved.labelsMaxAgeMs, clock: resolved.clock })
  // Whoever opens a sink asks for schema and columns in one go, and `$metadata` is large.
  const definitions = createMetadataReader(client, { ttlMs: 10_000, clock: resolved.clock })
  let learned: LearnedTable | undefined

  async function prepare(options: FeedSettings, signal: AbortSignal | undefined): Promise<ReadContext> {
    learned ??= await learnTable(client, resolved, signal)
    const { shape, tokenLifetimeDays } = learned
    if (!hasLabels) return { client, options, scope, shape, tokenLifetimeDays }
    const labels = await readRowLabels(metadata, resolved.entitySet, resolved, { signal })
    return { client, options, scope, shape: { ...shape, labels }, tokenLifetimeDays }
  }

  async function* readOnce(
    options: FeedSettings,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<EventBatch, void, undefined> {
    signal?.throwIfAborted()
    const planned = planRead(options, scope, options.clock.now())
    const context = await prepare(options, signal)
    const plan = withSameRows(planned, options, context.shape)
    if (plan.kind === 'incremental') giveNotice(plan.base, options)
    yield* readTable(context, plan, signal)
  }

  async function* read(given?: ReadOptions): AsyncGenerator<EventBatch, void, undefined> {
    const { options, signal } = resolveRead(resolved, given)
    yield* readOnce(options, signal)
  }

  async function* changes(given?: ReadOptions): AsyncGenerator<ChangeEvent, void, undefined> {
    for await (const batch of read(given)) {
      // Not `yield*`, which wraps the array and takes more turns for each of its elements.
      for (const event of batch) yield event
    }
  }

  function follow(given?: FollowOptions): AsyncGenerator<EventBatch, void, undefined> {
    const { options, intervals, signal } = resolveFollow(resolved, given)
    return followFeed(readOnce, options, intervals, signal)
  }

  const { entitySet: table } = resolved
  const pages = (given?: ReadOptions) => groupIntoPages(read(given))
  const count = (call: CallOptions = {}) => countRows(client, table, call)

  async function* keys(call: CallOptions = {}): AsyncGenerator<readonly RowKey[], void, undefined> {
    yield* readKeys(await prepare(resolved, call.signal), call)
  }

  async function* rows(
    ids: readonly string[],
    call: CallOptions = {},
  ): AsyncGenerator<readonly UpsertedChange[], void, undefined> {
    yield* readRows(await prepare(resolved, call.signal), ids, call)
  }

  async function schema(call: CallOptions = {}): Promise<TableSchema> {
    const { partitionKey, labels } = (await prepare(resolved, call.signal)).shape
    const own = await readTableSchema(
      definitions,
      { entitySet: table, select: resolved.select, partitionColumn: partitionKey },
      call,
    )
    if (labels === undefined) return own
    return { ...own, columns: [...own.columns, ...labels.columns(new Set(own.columns.map(memberOf)))] }
  }

  async function columns(call: CallOptions = {}): Promise<readonly string[] | undefined> {
    if (resolved.select !== undefined) return resolved.select
    try {
      await prepare(resolved, call.signal)
      const name = learned?.logicalName
      return rowMembersOf(
        name === undefined ? await definitions.tableOfSet(table, call) : await definitions.table(name, call),
      )
    } catch (error) {
      // Rows can be read without the right to read their definition.
      if (isDataverseError(error) && error.code === 'forbidden') return undefined
      throw error
    }
  }

  async function* someColumns(
    names: readonly string[],
    { cursor, onEvent, signal }: ReadColumnsOptions = {},
  ): AsyncGenerator<ColumnGroup, void, undefined> {
    const { options } = resolveRead(resolved, { onEvent })
    yield* readColumns(await prepare(options, signal), names, cursor, signal)
  }

  const feed: ChangeFeed = {
    id: scope.source,
    table,
    read,
    changes,
    pages,
    follow,
    schema,
    columns,
    readColumns: someColumns,
    count,
    keys,
    rows,
  }
  return feed as ChangeFeed<R>
}

interface LearnedTable extends Pick<ReadContext, 'shape' | 'tokenLifetimeDays'> {
  /** `undefined` where nobody had to ask for it. */
  readonly logicalName: string | undefined
}

async function learnTable(
  client: DataverseClient,
  options: FeedSettings,
  signal: AbortSignal | undefined,
): Promise<LearnedTable> {
  const { entitySet, exactNumbers, mode, select } = options
  let { primaryKey } = options
  let logicalName: string | undefined
  let partitionKey = options.partitionKey === 'none' ? undefined : options.partitionKey
  if (primaryKey === undefined) {
    const table = await describeTable(client, entitySet, { signal })
    if (mode === 'tracked') requireChangeTracking(table)
    primaryKey = table.primaryKey
    logicalName = table.logicalName
    if (options.partitionKey === undefined && table.isElastic) partitionKey = 'partitionid'
  }
  if (partitionKey !== undefined && select?.includes(partitionKey) === false) {
    throw new DataverseError(
      `the rows of the elastic table ${entitySet} are told apart by ${partitionKey} too: add it to select. If no id is in two partitions, set partitionKey to "none"`,
      { code: 'bad-request' },
    )
  }
  const days = mode === 'tracked' ? options.tokenLifetimeDays : 0
  const tokenLifetimeDays =
    days === 'ask' ? await readTokenLifetimeDays(client, { signal }) : days || undefined
  return {
    logicalName,
    shape: createChangeShape({ entitySet, primaryKey, partitionKey, exactNumbers }),
    tokenLifetimeDays,
  }
}

function giveNotice(position: ReadPosition, options: FeedSettings): void {
  if (position.expiresAt === undefined) return
  const expiresAt = new Date(position.expiresAt)
  const remainingMs = expiresAt.getTime() - options.clock.now()
  if (remainingMs < options.expiryNoticeMs) options.onEvent({ kind: 'expiring', expiresAt, remainingMs })
}
