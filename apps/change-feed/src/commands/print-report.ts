import type { Terminal } from 'deltaverse/program'
import { type ClosingLine, formatClosingTable, type RunReport } from 'deltaverse/report'
import type { DemoReport } from './demo-command.js'
import type { Settings } from './settings.js'

/** The last word of a run: one JSON object, or a table with what follows from it. */
export function printReport(terminal: Terminal, settings: Settings, report: RunReport): void {
  if (settings.json) {
    const { fullRead: _, ...rest } = report as DemoReport
    terminal.result(JSON.stringify(rest))
    return
  }
  const lines = settings.kind === 'demo' ? demoLines(report) : syncLines(report)
  if (lines.length > 0) terminal.result(formatClosingTable(lines))
  for (const line of [...places(report), ...failures(report), ...nextSteps(settings, report)])
    terminal.say(line)
}

function syncLines({ tables }: RunReport): ClosingLine[] {
  return tables.map((table) => ({
    title: table.read === undefined ? table.table : `${table.table}, ${table.read}`,
    figures: table,
    failed: table.error !== undefined,
  }))
}

function demoLines({ tables, night, fullRead }: DemoReport): ClosingLine[] {
  const [first, delta] = tables
  const lines: ClosingLine[] = []
  const isFull = first?.read === 'snapshot'
  if (!isFull && fullRead !== undefined) lines.push({ title: 'full read, earlier', figures: fullRead })
  if (first !== undefined && (isFull || first.rows + first.deletions > 0 || first.error !== undefined)) {
    lines.push({
      title: isFull ? 'full read' : 'delta, left over',
      figures: first,
      failed: first.error !== undefined,
    })
  }
  if (delta !== undefined) {
    lines.push({ title: `delta, night ${night ?? ''}`, figures: delta, failed: delta.error !== undefined })
  }
  return lines
}

function places({ tables }: RunReport): string[] {
  const lines = tables.map(({ files = [], checkpointFile, earlierFiles }) => {
    const last = files.at(-1)
    if (last === undefined) return []
    const where = files.length === 1 ? last : `${files[0]} to ${last}`
    const earlier = earlierFiles === undefined ? '' : `; of earlier epochs: ${earlierFiles.join(', ')}`
    return [`Changes in ${where}, checkpoint in ${checkpointFile}${earlier}`]
  })
  return [...new Set(lines.flat())]
}

function failures({ tables, error }: RunReport): string[] {
  const ofTables = tables
    .filter((table) => table.error !== undefined)
    .map((table) => `${table.table} failed: ${table.error?.message}`)
  return error === undefined ? ofTables : [...ofTables, `failed: ${error.message}`]
}

function nextSteps(settings: Settings, report: RunReport): string[] {
  if (!report.ok || settings.kind === 'sync') return []
  return [
    'Next: run it again for the next night (only the delta is read), or for an environment of yours: npm start -- --help',
  ]
}
