import type { GateReason } from '@deltaverse/client'
import type { CommandReport } from '../command-line/command-report.js'
import { gateWords } from '../events/gate-words.js'
import type { RecordedRun, RecordedWait } from '../output/run-record.js'
import { formatBytes, formatCount, formatSeconds, plural } from '../program/format-quantity.js'
import { escapeHtml } from '../report/escape-html.js'
import { formatRequests } from '../report/request-kinds.js'
import type { TableOutcome } from '../report/table-outcome.js'
import { barPlot } from './bar-plot.js'
import { linePlot } from './line-plot.js'
import { spanPlot } from './span-plot.js'

const style = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2328}
table{border-collapse:collapse;width:100%}th,td{text-align:right;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d0d7de}
th:first-child,td:first-child{text-align:left}.failed{color:#cf222e}svg{width:100%;height:auto}svg text{font-size:12px;fill:#57606a}
svg .grid{stroke:#d0d7de}svg rect{fill:#bf8700}.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:1rem}
.legend span{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem}`

/** One page about a run, without a script and without anything from elsewhere. All that comes from data is escaped. */
export function formatReportPage(report: CommandReport, run: RecordedRun): string {
  const title = `deltaverse ${run.command}: ${report.ok ? 'done' : `ended with ${report.exitCode}`}`
  const began = run.began.toISOString().slice(0, 19)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapeHtml(title)}</h1><p>Began ${began}Z, took ${formatSeconds(run.seconds)}.</p>
${errorOf(report)}${jobsOf(report)}${tablesOf(report)}${rowsOf(run)}${waitsOf(run)}${countsOf('Requests that were sent again', run.retries)}${countsOf('Rows that were not written, by reason', run.deadLetters)}</body></html>
`
}

function errorOf({ error }: CommandReport): string {
  return error === undefined ? '' : `<p class="failed">${escapeHtml(error.message)}</p>\n`
}

interface JobOutcome {
  readonly job: string
  readonly ok: boolean
  readonly tables?: readonly TableOutcome[]
  readonly error?: { readonly message: string }
}

function jobsOf({ jobs }: CommandReport): string {
  if (!Array.isArray(jobs)) return ''
  const rows = (jobs as readonly JobOutcome[]).map(
    ({ job, ok, error }) =>
      `<tr${ok ? '' : ' class="failed"'}><td>${escapeHtml(job)}</td><td>${ok ? 'done' : 'failed'}</td><td>${escapeHtml(error?.message ?? '')}</td></tr>`,
  )
  return `<h2>Jobs</h2><table><tbody>${rows.join('')}</tbody></table>\n`
}

const columns = [
  'rows',
  'upserted',
  'created',
  'updated',
  'unchanged',
  'deactivated',
  'deleted',
  'failed',
] as const

function tablesOf(report: CommandReport): string {
  const jobs = Array.isArray(report.jobs) ? (report.jobs as readonly JobOutcome[]) : []
  const tables = [
    ...(Array.isArray(report.tables) ? (report.tables as readonly TableOutcome[]) : []),
    ...jobs.flatMap((job) => job.tables ?? []),
  ]
  if (tables.length === 0) return ''
  const head = ['table', ...columns, 'seconds'].map((name) => `<th>${name}</th>`)
  const rows = tables.map((table) => {
    const counts = columns.map((name) => `<td>${formatCount(numberOf(table[name]))}</td>`)
    return `<tr><td>${escapeHtml(table.table)}${detailsOf(table)}</td>${counts.join('')}<td>${numberOf(table.seconds).toFixed(2)}</td></tr>`
  })
  return `<h2>Tables</h2><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>\n`
}

function detailsOf({ files = [], requestKinds, pages, bytes, bytesOnDisk, error }: TableOutcome): string {
  const lines = [
    ...files.map(escapeHtml),
    ...(requestKinds === undefined
      ? []
      : [escapeHtml(formatRequests(requestKinds, typeof pages === 'number' ? pages : undefined))]),
    ...(typeof bytes === 'number' ? [`${formatBytes(bytes)} over the wire`] : []),
    ...(bytesOnDisk === undefined ? [] : [`${formatBytes(bytesOnDisk)} on the disk`]),
    ...(error === undefined ? [] : [`<span class="failed">${escapeHtml(error.message)}</span>`]),
  ]
  return lines.map((line) => `<br><small>${line}</small>`).join('')
}

function rowsOf({ rows, seconds }: RecordedRun): string {
  if (rows.size === 0) return ''
  const lines = [...rows].map(([title, samples]) => ({
    title,
    points: samples.map((sample) => ({ x: sample.seconds, y: sample.rows })),
  }))
  return `<h2>Rows over time</h2>${linePlot(lines, seconds)}\n`
}

function waitsOf({ waits, seconds }: RecordedRun): string {
  if (waits.length === 0) return ''
  const title = ({ from, to, reason }: RecordedWait): string =>
    `${(to - from).toFixed(1)} s from ${from.toFixed(1)} s on: ${gateWords[reason as GateReason] ?? reason}`
  const byReason = new Map<string, number>()
  for (const { from, to, reason } of waits) byReason.set(reason, (byReason.get(reason) ?? 0) + to - from)
  const bars = [...byReason].map(([reason, value]) => ({
    title: gateWords[reason as GateReason] ?? reason,
    value,
    words: formatSeconds(value),
  }))
  const spans = waits.map((wait) => ({ from: wait.from, to: wait.to, title: title(wait) }))
  return `<h2>Waits for the limits of the service</h2><p>${plural(waits.length, 'wait')} over the run.</p>${spanPlot(spans, seconds, 'waits over time')}${barPlot(bars, 'waits by reason')}\n`
}

function countsOf(title: string, counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return ''
  const bars = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, value]) => ({ title: reason, value, words: formatCount(value) }))
  return `<h2>${title}</h2>${barPlot(bars, title)}\n`
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
