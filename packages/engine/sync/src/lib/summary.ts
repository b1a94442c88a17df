import type { Checkpoint, Row } from '@deltaverse/core'
import type { SyncNotice } from './notice.js'
import type { ResolvedSync } from './options.js'

/** What a sync did. */
export interface SyncSummary<Position = unknown> {
  readonly name: string
  /** Entity set of the table. */
  readonly entitySet: string
  /** Whether the table was read in full, or only what changed. */
  readonly read: 'full-read' | 'delta'
  /** Rows created or updated that arrived. */
  readonly upserted: number
  readonly deleted: number
  /** Of the rows that arrived: those that the sink holds as they are, so that it was not bothered with them. */
  readonly unchanged: number
  /** Bytes of rows and deletions. */
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

/** Adds up what the notices of a sync tell. */
export interface Tallying<Position> {
  readonly onNotice: (notice: SyncNotice<Position>) => void
  figures(): Omit<SyncSummary<Position>, 'rows' | 'checkpoint' | 'position'>
}

export function tallyNotices<Position, R extends Row>(
  options: ResolvedSync<Position, R>,
): Tallying<Position> {
  const { name, feed, clock } = options
  const beganAtMs = clock.now()
  let read: SyncSummary['read'] = 'full-read'
  let upserted = 0
  let deleted = 0
  let unchanged = 0
  let bytes = 0
  let pages = 0
  let bytesReceived = 0
  let commits = 0
  return {
    onNotice(notice) {
      if (notice.kind === 'reset') read = 'full-read'
      else if (notice.kind === 'resumed') read = notice.checkpoint.phase === 'delta' ? 'delta' : 'full-read'
      else if (notice.kind === 'committed') commits += 1
      else if (notice.kind === 'page') {
        pages += 1
        bytesReceived += notice.report.bytesReceived
      } else if (notice.kind === 'changes') {
        upserted += notice.upserted
        deleted += notice.deleted
        unchanged += notice.unchanged
        bytes += notice.bytes
      }
      options.onNotice(notice)
    },
    figures: () => ({
      name,
      entitySet: feed.entitySet,
      read,
      upserted,
      deleted,
      unchanged,
      bytes,
      pages,
      bytesReceived,
      commits,
      elapsedMs: clock.now() - beganAtMs,
    }),
  }
}
