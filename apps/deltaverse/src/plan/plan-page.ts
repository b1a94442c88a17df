import { open } from 'node:fs/promises'
import { escapeHtml } from '../report/escape-html.js'
import type { PlanCounts, PlanEntry, PlanHead } from './plan-file.js'

/** One page of HTML that shows a plan, without a script and without anything from elsewhere. */
export interface PlanPage {
  add(entry: PlanEntry): Promise<void>
  finish(counts: PlanCounts): Promise<void>
  close(): Promise<void>
}

/** Rows that a page shows; more make no page that anybody reads. The JSON has all. */
const shownRows = 2_000

export async function createPlanPage(path: string, head: PlanHead): Promise<PlanPage> {
  const file = await open(path, 'w')
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
    async finish(counts) {
      await file.appendFile(end(counts, left))
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
del{color:#cf222e}ins{color:#1a7f37;text-decoration:none}dt{font-weight:600;float:left;clear:left;width:9rem}
</style></head><body><h1>${escapeHtml(title)}</h1><p>Made ${escapeHtml(madeAt)} for ${escapeHtml(push.environment.url)}. Nothing is written yet.</p>
<table><thead><tr><th>what</th><th>row</th><th>key</th><th>columns</th></tr></thead><tbody>
`
}

function rowOf(entry: PlanEntry): string {
  const place = entry.place === undefined ? '' : `line ${entry.place.line}`
  const key = entry.key === undefined ? (entry.id ?? '') : Object.values(entry.key).map(String).join(', ')
  return `<tr class="${entry.do}"><td>${entry.do}</td><td>${place}</td><td>${escapeHtml(key)}</td><td>${cellsOf(entry)}</td></tr>\n`
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

function end(counts: PlanCounts, left: number): string {
  const more = left === 0 ? '' : `<p>${left} more rows are in the JSON of the plan.</p>`
  const list = Object.entries(counts).map(([what, count]) => `<dt>${what}</dt><dd>${count}</dd>`)
  return `</tbody></table>${more}<h2>Rows</h2><dl>${list.join('')}</dl></body></html>\n`
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '(nothing)'
  return escapeHtml(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
