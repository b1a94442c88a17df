import type { PlanEntry } from '../../plan/plan-entry.js'
import type { PlanHead } from '../../plan/plan-file.js'
import type { PlannedCalls, PlannedKey, PlanSummary } from '../../plan/plan-summary.js'
import { formatBytes, formatCount, plural } from '../../program/format-quantity.js'
import { oneLine } from '../../program/one-line.js'

/** Rows that are shown on a terminal; the plan's own file has all. */
export const shownEntries = 40

export interface ShownPlan {
  readonly head: PlanHead
  readonly summary: PlanSummary
  readonly shown: readonly PlanEntry[]
  readonly output: string | undefined
}

/** A plan, for people. */
export function formatPlan({ head, summary, shown, output }: ShownPlan): string {
  const { counts, calls, keys, bulk, withheld } = summary
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const notShown = total - counts.unchanged - shown.length
  const parts = Object.entries(counts).filter(([, count]) => count > 0)
  return [
    ...shown.map(formatEntry),
    ...(notShown > 0 ? [`… and ${formatCount(notShown)} more`] : []),
    `${head.table.logicalName}: ${parts.map(([what, count]) => `${formatCount(count)} ${what}`).join(', ') || 'no rows'}`,
    ...calls.waves.map(formatCalls),
    `It would take ${plural(calls.requests, 'request')} that write, ${plural(calls.reads, 'request')} that look first, ${plural(calls.entitlement, 'request')} of the daily entitlement, at least ${formatMinutes(calls.atLeastMinutes)}, and likely ${formatMinutes(calls.likelyMinutes)} with ${calls.concurrency} at a time`,
    ...(calls.lookUps.keys > 0
      ? [
          `${plural(calls.lookUps.keys, 'reference')} looked up in ${plural(calls.lookUps.requests, 'request')}; the run looks up none`,
        ]
      : []),
    ...keys.flatMap(formatKey),
    ...(bulk.create ? [] : [`${head.table.logicalName} has no bulk messages: its rows go in batches`]),
    ...(withheld === undefined ? [] : [withheld]),
    ...(output === undefined
      ? ['Nothing was written. -o plan.json keeps the plan for run --plan']
      : [`Nothing was written. deltaverse run --plan ${output} does exactly this`]),
  ].join('\n')
}

function formatCalls({ wave, do: what, kind, rows, requests, rowsPerRequest, bytes }: PlannedCalls): string {
  return `wave ${wave}: ${what} ${plural(rows, 'row')} in ${plural(requests, 'request')} ${kind}, ${formatCount(rowsPerRequest)} rows in one, ${formatBytes(bytes)} in all`
}

function formatKey({ table, columns, readiness, advice }: PlannedKey): string[] {
  if (readiness === 'active') return []
  return [
    `${table} has no active key of ${columns.join(', ')} (${readiness}): its rows are looked up, and two of one value cannot be told apart. ${advice}`,
  ]
}

function formatEntry({ do: what, key, id, place, changes, reason }: PlanEntry): string {
  const name = key === undefined ? (id ?? '') : Object.values(key).map(show).join(', ')
  const where = place === undefined ? '' : ` (line ${place.line})`
  const cells = Object.entries(changes ?? {}).map(
    ([column, [before, after]]) => `${column}: ${show(before)} → ${show(after)}`,
  )
  const rest = reason ?? cells.join('; ')
  const isGone = what === 'deactivate' || what === 'delete'
  const shown = isGone ? `gone, ${what}` : what
  return `${shown.padEnd(10)} ${name}${where}${rest === '' ? '' : `: ${rest}`}`
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '(nothing)'
  const text = oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function formatMinutes(minutes: number): string {
  return minutes < 1 ? 'less than a minute' : plural(Math.ceil(minutes), 'minute')
}
