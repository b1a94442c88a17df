import { escapeHtml } from '../report/escape-html.js'
import { openForWriting } from './open-for-writing.js'
import type { PlanEntry } from './plan-entry.js'
import type { PlanHead } from './plan-file.js'
import type { PlannedCalls, PlannedKey, PlanSummary } from './plan-summary.js'

/** One page of HTML that shows a plan, without a script and without anything from elsewhere. */
export interface PlanPage {
  add(entry: PlanEntry): Promise<void>
  finish(summary: PlanSummary): Promise<void>
  close(): Promise<void>
}

/** Rows that a page shows; more make no page that anybody reads. The JSON has all. */
const shownRows = 2_000

export async function createPlanPage(path: string, head: PlanHead): Promise<PlanPage> {
  const file = await openForWriting(path)
  let shown = 0
  let left = 0
  await file.appendFile(begin(head))
  return {
    async add(entry) {
      if (entry.do === 'unchanged') return
      if (shown >= shownRows) {
        left += 1
        return
      }
      shown += 1
      await file.appendFile(rowOf(entry))
    },
    async finish(summary) {
      await file.appendFile(end(summary, left))
    },
    close: () => file.close(),
  }
}

function begin({ table, push, madeAt }: PlanHead): string {
  const title = `Plan: ${push.source.path} into ${table.logicalName}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#1f2328}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d0d7de}
.create td:first-child{color:#1a7f37}.update td:first-child{color:#9a6700}.reject td:first-child,.delete td:first-child,.deactivate td:first-child{color:#cf222e}
del{color:#cf222e}ins{color:#1a7f37;text-decoration:none}dt{font-weight:600;float:left;clear:left;width:13rem}dd{margin-left:14rem}
</style></head><body><h1>${escapeHtml(title)}</h1><p>Made ${escapeHtml(madeAt)} for ${escapeHtml(push.environment.url)}. Nothing is written yet.</p>
<table><thead><tr><th>what</th><th>row</th><th>key</th><th>columns</th></tr></thead><tbody>
`
}

function rowOf(entry: PlanEntry): string {
  const place = entry.place === undefined ? '' : `line ${entry.place.line}`
  const key =
    entry.key === undefined ? escapeHtml(entry.id ?? '') : Object.values(entry.key).map(show).join(', ')
  const what = entry.do === 'deactivate' || entry.do === 'delete' ? `gone: ${entry.do}` : entry.do
  return `<tr class="${entry.do}"><td>${what}</td><td>${place}</td><td>${key}</td><td>${cellsOf(entry)}</td></tr>\n`
}

function cellsOf({ changes, reason, row, do: what }: PlanEntry): string {
  if (reason !== undefined) return escapeHtml(reason)
  if (changes !== undefined) {
    return Object.entries(changes)
      .map(
        ([name, [before, after]]) =>
          `${escapeHtml(name)}: <del>${show(before)}</del> → <ins>${show(after)}</ins>`,
      )
      .join('<br>')
  }
  if (what !== 'create') return ''
  return Object.entries(row ?? {})
    .map(([name, value]) => `${escapeHtml(name)}: <ins>${show(value)}</ins>`)
    .join('<br>')
}

function end({ counts, calls, keys, bulk, withheld }: PlanSummary, left: number): string {
  const more = left === 0 ? '' : `<p>${left} more rows are in the JSON of the plan.</p>`
  const list = Object.entries(counts).map(([what, count]) => `<dt>${what}</dt><dd>${count}</dd>`)
  return `</tbody></table>${more}<h2>Rows</h2><dl>${list.join('')}</dl>
${withheld === undefined ? '' : `<p>${escapeHtml(withheld)}</p>`}
<h2>Calls</h2><table><thead><tr><th>wave</th><th>what</th><th>message</th><th>rows</th><th>requests</th><th>rows in one</th><th>bytes</th></tr></thead><tbody>
${calls.waves.map(callsRow).join('')}</tbody></table>
<dl><dt>Daily entitlement</dt><dd>${calls.entitlement} requests</dd><dt>Reads of the run</dt><dd>${calls.reads}</dd>
<dt>Time</dt><dd>at least ${minutes(calls.atLeastMinutes)}, likely ${minutes(calls.likelyMinutes)} with ${calls.concurrency} requests at a time</dd>
<dt>Looked up for the plan</dt><dd>${calls.lookUps.keys} references in ${calls.lookUps.requests} requests, of ${calls.planning} in all</dd>
<dt>Bulk messages</dt><dd>${bulk.create || bulk.update ? 'the table has them' : 'the table has none: rows go in batches'}</dd></dl>
<h2>Keys</h2><table><thead><tr><th>table</th><th>columns</th><th>index</th><th></th></tr></thead><tbody>
${keys.map(keyRow).join('')}</tbody></table></body></html>\n`
}

function callsRow(calls: PlannedCalls): string {
  const { wave, do: what, kind, rows, requests, rowsPerRequest, bytes } = calls
  return `<tr><td>${wave}</td><td>${what}</td><td>${kind}</td><td>${rows}</td><td>${requests}</td><td>${rowsPerRequest}</td><td>${bytes}</td></tr>\n`
}

function keyRow({ table, columns, readiness, advice }: PlannedKey): string {
  const cells = [table, columns.join(', '), readiness, advice].map((cell) => `<td>${escapeHtml(cell)}</td>`)
  return `<tr>${cells.join('')}</tr>\n`
}

function minutes(count: number): string {
  return count < 1 ? 'less than a minute' : `${Math.ceil(count)} minutes`
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '(nothing)'
  return escapeHtml(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
