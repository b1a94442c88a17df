import type { RunListener } from '../events/event-hub.js'
import { gateWords } from '../events/gate-words.js'
import { formatSeconds } from '../program/format-quantity.js'
import { boardLine, heartbeatLine } from './board-line.js'
import { newTableState, noteInState, type TableState } from './table-state.js'

/** How far each table is, a line a table, and why requests wait. */
export interface Board {
  readonly listen: RunListener
  /** For a terminal, with bars, not wider than `columns`. */
  lines(nowMs: number, columns: number): readonly string[]
  /** For a log: of tables that are worked on. */
  heartbeat(nowMs: number): readonly string[]
}

export function createBoard(now: () => number): Board {
  const states = new Map<string, { readonly state: TableState; ended: boolean }>()
  const gates = new Map<string, { readonly why: string; untilMs: number }>()

  function gateLines(nowMs: number): string[] {
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
    lines(nowMs, columns) {
      const all = [...states.values()].map(({ state }) => state)
      const width = Math.max(0, ...all.map(({ table }) => table.length))
      return [...all.map((state) => boardLine(state, width, nowMs)), ...gateLines(nowMs)].map((line) =>
        line.slice(0, Math.max(1, columns - 1)),
      )
    },
    heartbeat(nowMs) {
      const busy = [...states.values()].filter(({ ended }) => !ended)
      return [...busy.map(({ state }) => heartbeatLine(state, nowMs)), ...gateLines(nowMs)]
    },
  }
}
