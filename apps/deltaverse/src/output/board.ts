import type { RunListener } from '../events/event-hub.js'
import { gateWords } from '../events/gate-words.js'
import { formatSeconds, plural } from '../program/format-quantity.js'
import { boardLine, heartbeatLine } from './board-line.js'
import { newTableState, noteInState, type TableState } from './table-state.js'

interface KnownTable {
  readonly state: TableState
  ended: boolean
}

/** How far each table is, a line a table, and why requests wait. */
export interface Board {
  readonly listen: RunListener
  /** For a terminal of this size, with bars. Where tables are too many, those that are done make room. */
  lines(nowMs: number, size: { readonly columns: number; readonly rows: number }): readonly string[]
  /** For a log: of tables that are worked on. */
  heartbeat(nowMs: number): readonly string[]
}

/** What else may stand on the screen: what was typed, and the line of tables that are left out. */
const spareRows = 2

function fitting(
  tables: readonly KnownTable[],
  room: number,
): { readonly shown: readonly TableState[]; readonly left: number } {
  const busy = tables.filter(({ ended }) => !ended)
  const wanted = tables.length <= room ? tables : busy
  const shown = wanted.slice(0, Math.max(1, room))
  return { shown: shown.map(({ state }) => state), left: tables.length - shown.length }
}

export function createBoard(now: () => number): Board {
  const states = new Map<string, KnownTable>()
  const gates = new Map<string, { readonly why: string; untilMs: number }>()

  function linesOfGates(nowMs: number): string[] {
    return [...gates.values()].map(
      ({ why, untilMs }) =>
        `requests wait: ${why}; ${formatSeconds(Math.max(0, untilMs - nowMs) / 1000)} left`,
    )
  }

  return {
    listen(event) {
      if (event.kind === 'gate-closed')
        gates.set(event.name, { why: gateWords[event.reason], untilMs: event.untilMs })
      else if (event.kind === 'gate-opened') gates.delete(event.name)
      if (!('table' in event)) return
      const { table } = event
      if (event.kind === 'table-began') {
        states.set(table, { state: newTableState(table, now()), ended: false })
        return
      }
      const known = states.get(table)
      if (known === undefined) return
      noteInState(known.state, event)
      if (event.kind === 'table-ended') known.ended = true
    },
    lines(nowMs, { columns, rows }) {
      const gateLines = linesOfGates(nowMs)
      const { shown: all, left } = fitting([...states.values()], rows - gateLines.length - spareRows)
      const width = Math.max(0, ...all.map(({ table }) => table.length))
      const more = left === 0 ? [] : [`and ${plural(left, 'table')} more`]
      return [...all.map((state) => boardLine(state, width, nowMs)), ...more, ...gateLines].map((line) =>
        line.slice(0, Math.max(1, columns - 1)),
      )
    },
    heartbeat(nowMs) {
      const busy = [...states.values()].filter(({ ended }) => !ended)
      return [...busy.map(({ state }) => heartbeatLine(state, nowMs)), ...linesOfGates(nowMs)]
    },
  }
}
