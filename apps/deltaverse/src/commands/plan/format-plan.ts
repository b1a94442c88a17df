import type { CallEstimate } from '../../plan/estimate-calls.js'
import type { PlanCounts, PlanEntry, PlanHead } from '../../plan/plan-file.js'
import { formatCount, plural } from '../../program/format-quantity.js'

/** Rows that are shown on a terminal; the plan's own file has all. */
export const shownEntries = 40

export interface ShownPlan {
  readonly head: PlanHead
  readonly counts: PlanCounts
  readonly shown: readonly PlanEntry[]
  readonly calls: CallEstimate
  readonly withheld: string | undefined
  readonly output: string | undefined
}

/** A plan, for people. */
export function formatPlan({ head, counts, shown, calls, withheld, output }: ShownPlan): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const notShown = total - counts.unchanged - shown.length
  const parts = Object.entries(counts).filter(([, count]) => count > 0)
  return [
    ...shown.map(formatEntry),
    ...(notShown > 0 ? [`… and ${formatCount(notShown)} more`] : []),
    `${head.table.logicalName}: ${parts.map(([what, count]) => `${formatCount(count)} ${what}`).join(', ') || 'no rows'}`,
    `It would take ${plural(calls.requests, 'request')} that write, ${plural(calls.rows, 'row')} of the daily entitlement, and at least ${formatMinutes(calls.atLeastMinutes)}`,
    ...(withheld === undefined ? [] : [withheld]),
    ...(output === undefined
      ? ['Nothing was written. -o plan.json keeps the plan for run --plan']
      : [`Nothing was written. deltaverse run --plan ${output} does exactly this`]),
  ].join('\n')
}

function formatEntry({ do: what, key, id, place, changes, reason }: PlanEntry): string {
  const name = key === undefined ? (id ?? '') : Object.values(key).map(String).join(', ')
  const where = place === undefined ? '' : ` (line ${place.line})`
  const cells = Object.entries(changes ?? {}).map(
    ([column, [before, after]]) => `${column}: ${show(before)} → ${show(after)}`,
  )
  const rest = reason ?? cells.join('; ')
  return `${what.padEnd(10)} ${name}${where}${rest === '' ? '' : `: ${rest}`}`
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '(nothing)'
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function formatMinutes(minutes: number): string {
  return minutes < 1 ? 'less than a minute' : plural(Math.ceil(minutes), 'minute')
}
