import type { DataverseClient } from '@deltaverse/client'
import { type Source, systemClock } from '@deltaverse/core'
import { createChangeFeed, createQuerySource, describeTable, type RowQuery } from '@deltaverse/dataverse'
import type { MetadataReader } from '@deltaverse/metadata'
import { type FollowOptions, type SyncEvent, sync } from '@deltaverse/sync'
import type { Tell } from '../../events/event-hub.js'
import { pageAttempts, toPullEvent } from '../../events/to-pull-event.js'
import type { FeedTerms } from '../../job-file/job-file.js'
import { describeError } from '../../program/describe-error.js'
import { createReadMeter } from '../../report/read-meter.js'
import { isHeld, noOutcome, type TableOutcome } from '../../report/table-outcome.js'
import { noticeWords } from '../../report/tell-notice.js'
import { filesWritten, lookAtFiles } from '../../report/written-files.js'
import type { SinkSettings } from '../../sink/sink-settings.js'
import { selectColumns } from '../../tables/select-columns.js'
import type { TableChoice } from '../../tables/table-choice.js'
import { createReadTeller } from './read-teller.js'

/** A table that was found, with the properties to ask for. */
export interface PreparedTable {
  /** As it was asked for. */
  readonly name: string
  readonly entitySet: string
  readonly select: readonly string[] | undefined
  readonly feed: FeedTerms | undefined
  /** Asked in place of the whole table. */
  readonly query: RowQuery | undefined
  /** What the rows are called in the sink. */
  readonly keptAs: string
}

/**
 * Looks a table up.
 *
 * @throws UsageError for a column that it does not have; DataverseError `not-found`, and what else asking leads to
 */
export async function prepareTable(
  client: DataverseClient,
  { name, columns, feed, query }: TableChoice,
  metadata: MetadataReader,
  signal: AbortSignal,
): Promise<PreparedTable> {
  if (query !== undefined) return { name, entitySet: name, select: undefined, feed, query, keptAs: name }
  const { entitySet } = await describeTable(client, name, { signal })
  const select = columns && selectColumns(await metadata.tableOfSet(entitySet, { signal }), columns)
  return { name, entitySet, select, feed, query, keptAs: entitySet }
}

export interface PullTableOptions {
  readonly table: PreparedTable
  readonly sink: SinkSettings
  readonly annotations: readonly string[] | undefined
  readonly pageSize: number | undefined
  readonly follow: FollowOptions | undefined
  readonly restart: boolean
  readonly onMismatch: 'refuse' | 'reset'
  readonly commitBytes: number
  readonly lockWaitMs: number
  readonly maxDeleteShare: number
  /** How many requests of a table were sent again. */
  readonly repeatsOf: (entitySet: string) => number
  readonly tell: Tell
  readonly signal: AbortSignal
}

async function openSource(client: DataverseClient, options: PullTableOptions): Promise<Source> {
  const { annotations, pageSize, onMismatch, signal } = options
  const { query, entitySet, select, feed } = options.table
  if (query !== undefined) return await createQuerySource(client, query, { annotations, pageSize, signal })
  return createChangeFeed(client, { entitySet, select, annotations, pageSize, onMismatch, ...feed })
}

/** Brings one table to the sink and tells how it went; an error on the way is part of the outcome. */
export async function pullTable(client: DataverseClient, options: PullTableOptions): Promise<TableOutcome> {
  const { table, sink, tell, signal } = options
  const { entitySet } = table
  const meter = createReadMeter(() => systemClock.now())
  const attempts = table.feed?.maxPageRetries === undefined ? pageAttempts : table.feed.maxPageRetries + 1
  const reads = createReadTeller(entitySet, tell)
  let read: 'snapshot' | 'incremental' | undefined
  const onEvent = (event: SyncEvent): void => {
    if (event.kind === 'reset') read = 'snapshot'
    else if (event.kind === 'resumed') read = event.checkpoint.phase
    meter.note(event)
    reads.note(event)
    tell(toPullEvent(entitySet, event, attempts), noticeWords(sink.title, entitySet, event, attempts))
  }
  tell({ kind: 'table-began', table: entitySet, way: 'pull', place: sink.title })
  let badRows = 0
  const opened = await sink.role.open(sink.settings, {
    name: table.keptAs,
    onNotice({ kind, text }) {
      if (kind === 'bad-row') badRows += 1
      const event = { kind: 'sink-notice', table: entitySet, what: kind, text } as const
      tell(event, { level: 'info', text: `${entitySet}: ${text}` })
    },
  })
  const filesBefore = await lookAtFiles((await opened.place?.())?.files ?? [])
  let error: unknown
  try {
    await sync({
      name: table.keptAs,
      source: await openSource(meter.count(client), options),
      sink: opened.sink,
      checkpoints: opened.checkpoints,
      restart: options.restart,
      follow: options.follow,
      commitBytes: options.commitBytes,
      maxDeleteShare: options.maxDeleteShare,
      leaseWaitMs: options.lockWaitMs,
      progress: { intervalMs: 500 },
      signal,
      onEvent,
    })
    reads.end()
  } catch (caught) {
    error = caught
  } finally {
    await opened.release()
  }
  const repeated = options.repeatsOf(entitySet)
  const place = await opened.place?.()
  const { rows, deletions, pages, requests, bytes, seconds } = meter.figures()
  const isStop = signal.aborted && error === signal.reason
  const failure = error === undefined || isStop ? undefined : describeError(error)
  tell({ kind: 'table-ended', table: entitySet, ...(failure && { error: failure }) })
  return {
    table: table.name,
    entitySet,
    ...(read === undefined ? {} : { read }),
    ...noOutcome,
    rows: rows + deletions,
    upserted: rows,
    deleted: deletions,
    failed: badRows,
    requests: requests + repeated,
    requestKinds: { ...meter.kinds(), ...(repeated > 0 && { repeated }) },
    pages,
    bytes,
    seconds,
    ...place,
    ...(place !== undefined && (await filesWritten(filesBefore, place.files))),
    ...(failure && { error: failure, ...(isHeld(error) && { held: true }) }),
  }
}
