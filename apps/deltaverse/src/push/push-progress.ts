import { systemClock } from '@deltaverse/core'
import type { Tell } from '../events/event-hub.js'
import { describeError } from '../program/describe-error.js'

/** Says how far a push is, no more often than somebody can look. */
export interface PushProgress {
  note(rows: number): void
  /** All rows are settled, or what went wrong. */
  end(error?: unknown): void
}

const betweenMs = 250

export interface PushProgressTerms {
  /** Logical name. */
  readonly table: string
  /** Rows that were not written so far. */
  readonly failed: () => number
}

export function createPushProgress(tell: Tell, { table, failed }: PushProgressTerms): PushProgress {
  const beganAtMs = systemClock.now()
  let toldAtMs = beganAtMs
  let rows = 0
  function say(nowMs: number): void {
    toldAtMs = nowMs
    const seconds = Math.max(0.001, (nowMs - beganAtMs) / 1000)
    tell({ kind: 'rows-settled', table, rows, failed: failed(), rowsPerSecond: rows / seconds })
  }
  return {
    note(settled) {
      rows = settled
      const nowMs = systemClock.now()
      if (nowMs - toldAtMs >= betweenMs) say(nowMs)
    },
    end(error) {
      say(systemClock.now())
      tell({ kind: 'table-ended', table, ...(error !== undefined && { error: describeError(error) }) })
    },
  }
}
