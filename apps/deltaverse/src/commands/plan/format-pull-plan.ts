import type { FailedRead, PlannedRead } from '../../plan/plan-pull.js'
import { formatCount, plural } from '../../program/format-quantity.js'
import { escapeHtml } from '../../report/escape-html.js'
import { formatPlainTable } from '../../report/plain-table.js'

/** What a pull would read. */
export interface PullPlan {
  readonly madeAt: string
  readonly from: string
  readonly to: string
  readonly tables: readonly (PlannedRead | FailedRead)[]
  readonly requests: number
}

const heads = ['table', 'would read', 'rows', 'columns', 'requests', 'in full', 'token', 'changes']

/** A plan of a pull, for people. */
export function formatPullPlan(plan: PullPlan): string {
  return [
    formatPlainTable(heads, plan.tables.map(cellsOf)),
    ...plan.tables.flatMap(whyOf),
    `${plan.from} to ${plan.to}: ${plural(plan.requests, 'page')} to read, and what changes come to. Nothing was read or written`,
  ].join('\n')
}

/** The same as one page without a script and without anything from elsewhere. */
export function formatPullPage({ tables, from, to, madeAt }: PullPlan): string {
  const title = `Plan: ${from} to ${to}`
  const row = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const whys = tables.flatMap(whyOf).map((why) => `<li>${escapeHtml(why)}</li>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>body{font:15px/1.45 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d0d7de}</style>
</head><body><h1>${escapeHtml(title)}</h1><p>Made ${escapeHtml(madeAt)}. Nothing was read or written.</p>
<table><thead>${row(heads, 'th')}</thead><tbody>
${tables.map((table) => row(cellsOf(table), 'td')).join('\n')}
</tbody></table><ul>${whys.join('')}</ul></body></html>
`
}

const certainties = { exact: '', 'at-least': 'at least ', estimate: 'about ' }

function cellsOf(table: PlannedRead | FailedRead): string[] {
  if ('error' in table) return [table.table, table.error.message, '', '', '', '', '', '']
  const { reads, rows, columns, requests, fullReadRequests, tracked } = table
  return [
    table.table,
    reads,
    rows === undefined ? '' : `${certainties[rows.certainty]}${formatCount(rows.rows)}`,
    columns === undefined ? 'all' : formatCount(columns.length),
    reads === 'changes' || rows === undefined ? 'at least 1' : formatCount(requests),
    fullReadRequests === undefined ? '' : formatCount(fullReadRequests),
    tokenOf(table),
    tracked ? 'tracked' : 'not tracked',
  ]
}

function tokenOf({ tokenAgeHours, hoursLeft }: PlannedRead): string {
  if (tokenAgeHours === undefined) return ''
  const age = `${tokenAgeHours.toFixed(1)} h old`
  return hoursLeft === undefined ? age : `${age}, ${hoursLeft.toFixed(1)} h left`
}

function whyOf(table: PlannedRead | FailedRead): string[] {
  return 'error' in table || table.why === undefined ? [] : [`${table.table}: ${table.reads}: ${table.why}`]
}
