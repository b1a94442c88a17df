import type { SettledRow } from './row-outcome.js'
import type { WriteStatus, WriteSummary } from './write-result.js'

/** Counts results. */
export interface WriteTally {
  add(settled: readonly SettledRow[]): void
  stop(reason: 'aborted' | 'failures'): void
  summary(counts: { readonly requests: number; readonly reads: number }): WriteSummary
}

export function createTally(): WriteTally {
  const counted: Record<WriteStatus, number> = {
    created: 0,
    updated: 0,
    upserted: 0,
    deleted: 0,
    unchanged: 0,
    superseded: 0,
    failed: 0,
    'not-run': 0,
  }
  let rows = 0
  let stopped: 'aborted' | 'failures' | undefined
  return {
    add(settled) {
      rows += settled.length
      for (const { outcome } of settled) counted[outcome.status] += 1
    },
    stop(reason) {
      stopped ??= reason
    },
    summary({ requests, reads }) {
      const { 'not-run': notRun, ...named } = counted
      return { rows, ...named, notRun, requests, reads, ...(stopped === undefined ? {} : { stopped }) }
    },
  }
}
