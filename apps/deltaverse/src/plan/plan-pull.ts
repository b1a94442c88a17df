import type { DataverseClient } from '@deltaverse/client'
import type { RowCount, SyncState } from '@deltaverse/core'
import { createChangeFeed, describeTable } from '@deltaverse/dataverse'
import type { MetadataReader } from '@deltaverse/metadata'
import type { SinkSettings } from '../sink/sink-settings.js'
import { stateStoreOf } from '../sink/state-store.js'
import { selectColumns } from '../tables/select-columns.js'
import type { TableChoice } from '../tables/table-choice.js'

/** What a pull would do with one table. */
export interface PlannedRead {
  readonly table: string
  readonly entitySet: string
  readonly tracked: boolean
  /**
   * `first load`: nothing was read yet. `full read`: everything again. `goes on`: a read in full that was not finished. `changes`: what
   * changed since `upTo`. `copy`: everything that is there, each time, as nobody tells changes. `refused`: see `why`.
   */
  readonly reads: 'first load' | 'full read' | 'goes on' | 'changes' | 'copy' | 'refused'
  /** Why everything is read, or nothing. */
  readonly why?: string
  /** Logical names; all where there is no list. */
  readonly columns?: readonly string[]
  /** Absent for a query, which nobody can count before. */
  readonly rows?: RowCount
  /** Pages of a read in full. */
  readonly fullReadRequests?: number
  /** Pages that this read takes; of changes at least one, as nobody knows before how many there are. */
  readonly requests: number
  /** When the checkpoint was made. */
  readonly upTo?: string
  /** Since then. */
  readonly tokenAgeHours?: number
  /** Until the delta token dies, and everything has to be read again. */
  readonly hoursLeft?: number
}

/** A table that could not be looked at. */
export interface FailedRead {
  readonly table: string
  readonly error: { readonly code: string; readonly message: string }
}

export interface PlanPullTerms {
  readonly client: DataverseClient
  readonly metadata: MetadataReader
  readonly sink: SinkSettings
  readonly pageSize: number | undefined
  readonly restart: boolean
  readonly signal: AbortSignal
}

/** Rows in a page at most (Microsoft Learn: Page results using OData). */
const maxPageSize = 5_000
const hourMs = 3_600_000

/**
 * Says what a pull would read of a table, from its definition, a count, and what is kept of earlier reads; reads no row.
 *
 * @throws UsageError for a column that is none, DataverseError for a table that is none
 */
export async function planRead(
  { name, columns, feed, query }: TableChoice,
  { client, metadata, sink, pageSize = maxPageSize, restart, signal }: PlanPullTerms,
): Promise<PlannedRead> {
  if (query !== undefined) {
    const why = 'a query tells no changes: what it finds is copied each time'
    return { table: name, entitySet: name, tracked: false, reads: 'copy', why, requests: 1 }
  }
  const { logicalName, entitySet, changeTrackingEnabled } = await describeTable(client, name, { signal })
  if (columns !== undefined) selectColumns(await metadata.tableOfSet(entitySet, { signal }), columns)
  const rows = await createChangeFeed(client, { entitySet }).count({ signal })
  const opened = await sink.role.open(sink.settings, { name: entitySet })
  let state: SyncState | undefined
  try {
    state = (await stateStoreOf(opened).load(entitySet))?.state
  } finally {
    await opened.release()
  }
  const fullReadRequests = Math.max(1, Math.ceil(rows.rows / pageSize))
  const way = wayOf({ isTracked: changeTrackingEnabled, mode: feed?.mode, restart, state })
  return {
    table: logicalName,
    entitySet,
    tracked: changeTrackingEnabled,
    ...way,
    ...(columns !== undefined && { columns }),
    rows,
    fullReadRequests,
    requests: requestsOf(way.reads, fullReadRequests, state, pageSize),
    ...ageOf(state),
  }
}

interface WayTerms {
  readonly isTracked: boolean
  readonly mode: NonNullable<TableChoice['feed']>['mode'] | undefined
  readonly restart: boolean
  readonly state: SyncState | undefined
}

function wayOf({
  isTracked,
  mode = 'tracked',
  restart,
  state,
}: WayTerms): Pick<PlannedRead, 'reads' | 'why'> {
  if (mode === 'full-copy') return { reads: 'copy', why: 'its mode is full-copy' }
  if (mode === 'tracked' && !isTracked) {
    return {
      reads: 'refused',
      why: 'change tracking is off: switch it on for the table (Power Apps, the table, Properties, Advanced options, Track changes)',
    }
  }
  if (state === undefined) return { reads: 'first load' }
  const { phase, expiresAt } = state.checkpoint
  if (restart) return { reads: 'full read', why: 'it is asked for' }
  if (phase === 'snapshot') return { reads: 'goes on' }
  if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now())
    return { reads: 'full read', why: 'the delta token is dead' }
  return { reads: 'changes' }
}

function requestsOf(
  reads: PlannedRead['reads'],
  full: number,
  state: SyncState | undefined,
  pageSize: number,
): number {
  if (reads === 'refused') return 0
  if (reads === 'changes') return 1
  if (reads !== 'goes on') return full
  return Math.max(1, full - Math.floor((state?.checkpoint.rowsRead ?? 0) / pageSize))
}

function ageOf(state: SyncState | undefined): Pick<PlannedRead, 'upTo' | 'tokenAgeHours' | 'hoursLeft'> {
  if (state === undefined) return {}
  const { issuedAt, expiresAt } = state.checkpoint
  return {
    upTo: issuedAt,
    tokenAgeHours: Math.max(0, (Date.now() - Date.parse(issuedAt)) / hourMs),
    ...(expiresAt !== undefined && { hoursLeft: Math.max(0, (Date.parse(expiresAt) - Date.now()) / hourMs) }),
  }
}
