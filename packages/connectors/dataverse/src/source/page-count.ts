import type { PageReport, SourceEvent } from '@deltaverse/core'
import type { RowRun } from '@deltaverse/protocol'
import type { PageEnd } from './page-reader.js'
import type { EventBatch } from './read-context.js'

/** Counts what a page brings and reports it behind its end; a page that is begun again is counted again. */
export interface PageCount {
  /** Pages that came to their end. */
  ended(): number
  /** How often a page was begun; more than ended ones when a body broke off. */
  begun(): number
  upserted(): number
  deleted(): number
  begin(): void
  /** @returns the same changes */
  count(changes: EventBatch): EventBatch
  /** Counts rows that nobody gets, without a look at them. */
  skip(runs: readonly RowRun[]): void
  end(page: PageEnd, phase: PageReport['phase']): void
}

export function createPageCount(onEvent: (event: SourceEvent) => void): PageCount {
  let ended = 0
  let begun = 0
  let upserted = 0
  let deleted = 0
  return {
    ended: () => ended,
    begun: () => begun,
    upserted: () => upserted,
    deleted: () => deleted,
    begin() {
      begun += 1
      upserted = 0
      deleted = 0
    },
    count(changes) {
      for (const change of changes) {
        if (change.kind === 'deleted') deleted += 1
        else upserted += 1
      }
      return changes
    },
    skip(runs) {
      // A row has three numbers among the bounds of its run.
      for (const { bounds } of runs) upserted += bounds.length / 3
    },
    end({ bytesReceived, bodyBytes }, phase) {
      ended += 1
      onEvent({ kind: 'page', phase, page: ended, upserted, deleted, bytesReceived, bodyBytes })
    },
  }
}
