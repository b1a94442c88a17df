import type { RunEvent } from '../events/run-event.js'
import { formatCount } from '../program/format-quantity.js'

/** What is known of a table that is worked on. */
export interface TableState {
  readonly table: string
  readonly beganAtMs: number
  rows: number
  failed: number
  /** Keys that were read for the gap guard. */
  keys: number
  rowsPerSecond: number
  /** From 0 to 1; absent where it is not known how many rows there are. */
  share: number | undefined
  expectedRows: number | undefined
  remainingMs: number | undefined
  /** What is done at the moment, in words. */
  phase: string
  /** When the service gave the token up to which everything is committed, in milliseconds since 1970. */
  tokenAtMs: number | undefined
  /** When it is asked again, in milliseconds since 1970. */
  asksAgainAtMs: number | undefined
}

const pagePhases = {
  guard: 'keys of the table, for the gap guard',
  snapshot: 'all rows',
  'catch-up': 'what changed meanwhile',
  incremental: 'what changed',
  backfill: 'columns that came later',
} as const

export function newTableState(table: string, beganAtMs: number): TableState {
  return {
    table,
    beganAtMs,
    rows: 0,
    failed: 0,
    keys: 0,
    rowsPerSecond: 0,
    share: undefined,
    expectedRows: undefined,
    remainingMs: undefined,
    phase: 'asks the service',
    tokenAtMs: undefined,
    asksAgainAtMs: undefined,
  }
}

/** Takes in what happens to the table. */
export function noteInState(state: TableState, event: RunEvent): void {
  switch (event.kind) {
    case 'waiting-for-lease':
      state.phase = 'waits for somebody else who works on it'
      break
    case 'resumed':
      state.phase = event.phase === 'incremental' ? pagePhases.incremental : pagePhases.snapshot
      state.tokenAtMs = Date.parse(event.issuedAt)
      break
    case 'sink-notice':
      if (event.what === 'bad-row') state.failed += 1
      break
    case 'reset':
      Object.assign(state, { rows: 0, share: undefined, remainingMs: undefined, tokenAtMs: undefined })
      state.phase = pagePhases.snapshot
      break
    case 'page':
      state.phase = pagePhases[event.phase]
      // Nothing else moves while keys are read.
      if (event.phase === 'guard') {
        state.keys += event.upserted + event.deleted
        state.phase += `: ${formatCount(state.keys)}`
      }
      break
    case 'changes':
      state.rows += event.upserted + event.deleted + event.unchanged
      if (state.expectedRows !== undefined && state.expectedRows > 0 && state.share !== undefined)
        state.share = Math.min(1, state.rows / state.expectedRows)
      break
    case 'progress':
      state.rows = event.progress.rows + event.progress.deletions
      state.rowsPerSecond = event.progress.rowsPerSecond
      state.share = event.progress.share
      state.expectedRows = event.progress.expected?.rows
      state.remainingMs = event.progress.remainingMs
      break
    case 'deriving':
      state.phase = 'rows that did not come'
      break
    case 'complete':
      state.share = 1
      state.remainingMs = undefined
      state.phase = pagePhases['catch-up']
      break
    case 'committed':
      state.tokenAtMs = Date.parse(event.issuedAt)
      break
    case 'waiting':
    case 'failed-poll':
      state.phase = event.kind === 'waiting' ? 'in step' : 'the last read failed'
      state.asksAgainAtMs = event.untilMs
      Object.assign(state, { rows: 0, share: undefined, remainingMs: undefined })
      break
    case 'rows-settled':
      state.rows = event.rows
      state.failed = event.failed
      state.rowsPerSecond = event.rowsPerSecond
      state.phase = 'writes rows'
      break
    case 'listed':
      state.rows = event.rows
      state.phase = event.side === 'sink' ? 'lists what the sink holds' : 'lists what the table holds'
      break
    case 'table-ended':
      state.phase = event.error === undefined ? 'done' : 'failed'
      state.remainingMs = undefined
      break
  }
}
