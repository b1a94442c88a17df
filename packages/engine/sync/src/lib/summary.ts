import type { Checkpoint } from '@deltaverse/core'
import type { SyncEvent } from './sync-event.js'
import type { SyncSettings } from './sync-options.js'

/** What a sync did. */
export interface SyncSummary<Position = unknown> {
  readonly name: string
  /** The table, as its source calls it. */
  readonly table: string
  /** Whether the table was read in full, or only what changed. */
  readonly read: 'snapshot' | 'incremental'
  /** Rows created or updated that the sink was handed. */
  readonly upserted: number
  readonly deleted: number
  /** Rows that arrived beside those: the sink holds them as they are, so that it was not bothered with them. */
  readonly unchanged: number
  /** Rows that were read once more for columns that came later, and those alone. */
  readonly backfilled: number
  /** Bytes of all rows and deletions that arrived. */
  readonly bytes: number
  readonly pages: number
  /** Bytes of pages as they came over the wire. */
  readonly bytesReceived: number
  readonly commits: number
  readonly elapsedMs: number
  /** Rows that the sink holds: exact with a fingerprint store; without, those of the last full read less the deletions since. */
  readonly rows?: number
  readonly checkpoint: Checkpoint
  /** Where the sink stands, in its own words. */
  readonly position: Position
}

/** Adds up what the events of a sync tell. */
export interface Tallying<Position> {
  readonly onEvent: (event: SyncEvent<Position>) => void
  figures(): Omit<SyncSummary<Position>, 'rows' | 'checkpoint' | 'position'>
}

export function tallyEvents<Position, R extends object>(
  options: SyncSettings<Position, R>,
): Tallying<Position> {
  const { name, source, clock } = options
  const beganAtMs = clock.now()
  let read: SyncSummary['read'] = 'snapshot'
  let upserted = 0
  let deleted = 0
  let unchanged = 0
  let backfilled = 0
  let bytes = 0
  let pages = 0
  let bytesReceived = 0
  let commits = 0
  return {
    onEvent(event) {
      if (event.kind === 'reset') read = 'snapshot'
      else if (event.kind === 'resumed')
        read = event.checkpoint.phase === 'incremental' ? 'incremental' : 'snapshot'
      else if (event.kind === 'committed') commits += 1
      else if (event.kind === 'backfilled') {
        backfilled += event.rows
        bytes += event.bytes
      } else if (event.kind === 'page') {
        pages += 1
        bytesReceived += event.bytesReceived
      } else if (event.kind === 'changes') {
        upserted += event.upserted
        deleted += event.deleted
        unchanged += event.unchanged
        bytes += event.bytes
      }
      options.onEvent(event)
    },
    figures: () => ({
      name,
      table: source.table,
      read,
      upserted,
      deleted,
      unchanged,
      backfilled,
      bytes,
      pages,
      bytesReceived,
      commits,
      elapsedMs: clock.now() - beganAtMs,
    }),
  }
}
