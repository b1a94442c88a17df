import Table from 'cli-table3'
import type { PlannedProduct, RunReport, SyncReport } from '../lib/sync-report.js'

/** The report as a table, and what follows from it. */
export function formatReport(report: RunReport): string {
  const lines = report.runs.flatMap(({ plan = [] }) => plan.map(describePlanned))
  if (report.runs.length > 0) lines.push(formatTable(report))
  for (const run of report.runs) lines.push(...remarksOn(run))
  if (report.error !== undefined) lines.push(`failed: ${report.error.message}`)
  return lines.join('\n')
}

function formatTable({ runs, dryRun }: RunReport): string {
  const table = new Table({
    head: ['', ...runs.map(({ title }) => (dryRun ? `${title}, dry run` : title))],
    colAligns: ['left', ...runs.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const [name, value] of figures) {
    const cells = runs.map((run) => value(run))
    if (cells.some((cell) => cell !== undefined)) table.push([name, ...cells.map((cell) => cell ?? '')])
  }
  return table.toString()
}

type Figure = readonly [name: string, value: (run: SyncReport) => string | undefined]

const figures: readonly Figure[] = [
  ['rows read', ({ rows }) => count(rows)],
  ['created', ({ created }) => count(created)],
  ['updated', ({ updated }) => count(updated)],
  ['unchanged', ({ unchanged }) => count(unchanged)],
  ['superseded', ({ superseded }) => (superseded === 0 ? undefined : count(superseded))],
  ['deactivated', ({ deactivated }) => count(deactivated)],
  ['failed', ({ failed }) => count(failed)],
  ['requests that read', ({ requests }) => count(requests.reads)],
  ['requests that write', ({ requests }) => count(requests.writes)],
  ['seconds', ({ seconds }) => seconds.toFixed(2)],
]

function remarksOn(run: SyncReport): string[] {
  const lines: string[] = []
  const sent = run.requests.reads + run.requests.writes
  if (run.naiveRequests > sent) {
    lines.push(
      `${count(sent)} requests; a tool that reads every product and makes 7 calls a row needs ${count(run.naiveRequests)}.`,
    )
  }
  if (run.withheld !== undefined) lines.push(`Nothing was deactivated: ${run.withheld}.`)
  if (run.deadLetters !== undefined) {
    lines.push(`Rows that failed are in ${run.deadLetters}: correct them there, then --replay it.`)
  }
  return lines
}

function describePlanned({ plan, productnumber, columns, reason }: PlannedProduct): string {
  const details = columns === undefined ? '' : ` (${columns.join(', ')})`
  return `${plan.padEnd(10)} ${productnumber}${details}${reason === undefined ? '' : `: ${reason}`}`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
