import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../events/run-event.js'
import { createBoard } from './board.js'

const startMs = Date.UTC(2026, 0, 1)
const size = { columns: 120, rows: 24 }

function boardAfter(...events: RunEvent[]) {
  const board = createBoard(() => startMs)
  for (const event of events) board.listen(event, undefined)
  return board
}

const began = (table: string): RunEvent => ({ kind: 'table-began', table, way: 'pull', place: './data' })
const progress = (table: string, rows: number): RunEvent => ({
  kind: 'progress',
  table,
  progress: {
    read: 'snapshot',
    rows,
    deletions: 0,
    bytes: 0,
    elapsedMs: 1_000,
    rowsPerSecond: 100,
    expected: { rows: 400, certainty: 'exact' } as never,
    share: rows / 400,
    remainingMs: (400 - rows) * 10,
  },
})

describe('createBoard()', () => {
  it('shows bar, share, rows, rate, time left and phase', () => {
    const board = boardAfter(
      began('contacts'),
      { kind: 'reset', table: 'contacts', reason: 'initial', epoch: 1 },
      progress('contacts', 100),
    )
    expect(board.lines(startMs, size)).toEqual([
      'contacts  █████░░░░░░░░░░░░░░░   25%  100 of 400 rows  100 rows/s  3 s left  all rows',
    ])
    expect(board.heartbeat(startMs)).toEqual([
      'contacts: 25%, 100 of 400 rows, 100 rows/s, 3 s left, all rows',
    ])
  })

  it('says how old the token of a followed table is, and when it is asked again', () => {
    const board = boardAfter(
      began('contacts'),
      {
        kind: 'committed',
        table: 'contacts',
        phase: 'incremental',
        epoch: 1,
        issuedAt: new Date(startMs - 185_000).toISOString(),
      },
      { kind: 'waiting', table: 'contacts', delayMs: 12_000, untilMs: startMs + 12_000 },
    )
    expect(board.lines(startMs, size)).toEqual([
      `contacts  ${'░'.repeat(20)}        in step  token 3 min 5 s old  asks again in 12 s`,
    ])
  })

  it('says why requests wait while they do', () => {
    const closed: RunEvent = {
      kind: 'gate-closed',
      name: 'default',
      reason: 'execution-time-refused',
      untilMs: startMs + 8_000,
    }
    expect(boardAfter(closed).lines(startMs, size)).toEqual([
      'requests wait: the service has no more execution time in this time window; 8.00 s left',
    ])
    const opened: RunEvent = { kind: 'gate-opened', name: 'default', closedForMs: 8_000, waiting: 1 }
    expect(boardAfter(closed, opened).lines(startMs, size)).toEqual([])
  })

  it('fits the terminal: lines are cut, and tables that are done make room', () => {
    const names = Array.from({ length: 30 }, (_, n) => `table${n}`)
    const board = boardAfter(
      ...names.map(began),
      ...names.slice(0, 27).map((table): RunEvent => ({ kind: 'table-ended', table })),
    )
    const lines = board.lines(startMs, { columns: 40, rows: 10 })
    expect(lines.map((line) => line.slice(0, 7))).toEqual(['table27', 'table28', 'table29', 'and 27 '])
    expect(lines.every((line) => line.length < 40)).toBe(true)
  })
})
