import type { WriteResult, WriteStatus, WriteSummary } from './write-result.js'

/** Counts results. */
export interface WriteTally {
  add(results: readonly WriteResult[]): void
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
    add(results) {
      rows += results.length
      for (const { status } of results) counted[status] += 1
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
