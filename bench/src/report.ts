import type { BarResult } from './bars.js'
import { comparisons } from './comparisons.js'
import { syncsToNdjson } from './plan.js'
import {
  type CaseResult,
  cpuMicrosecondsPerRow,
  longestBlockMs,
  megabytesPerSecond,
  peakRssMb,
  rowsPerSecond,
  spread,
} from './result.js'

export interface Report {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly rounds: number
  readonly speed: readonly CaseResult[]
  readonly memory: readonly CaseResult[]
  readonly bars: readonly BarResult[]
}

/** The whole report as Markdown, which reads well in a terminal too. */
export function formatReport(report: Report): string {
  const { date, node, cores, rounds } = report
  return [
    `# Benchmark of ${date}`,
    `${cores} shared cores, Linux, Node ${node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}. Compare ratios, not absolute figures.`,
    '## Bars',
    barTable(report.bars),
    '## NDJSON files by sync',
    'How many times as fast as the others, from runs of the same round.',
    formatTable(
      ['÷', 'wire', ...syncsToNdjson],
      comparisons(report.speed).map(({ other, wire, ratios }) => [other, wire, ...ratios]),
    ),
    '## Speed',
    caseTable(report.speed),
    '## Memory',
    caseTable(report.memory),
    '',
  ].join('\n\n')
}

export function barTable(bars: readonly BarResult[]): string {
  return formatTable(
    ['bar', 'wanted', 'measured', ''],
    bars.map(({ name, bar, value, pass }) => [name, bar, value, pass ? 'pass' : 'MISS']),
  )
}

export function caseTable(results: readonly CaseResult[]): string {
  return formatTable(caseColumns, results.map(caseRow))
}

const caseColumns = [
  'variant',
  'wire',
  'rows',
  'rows a page',
  'krows/s',
  'MB/s',
  'CPU us/row',
  'peak RSS MB',
  'longest block ms',
  'spread',
]

function caseRow(result: CaseResult): readonly string[] {
  const { variant, wire, pageSize } = result.case
  return [
    variant,
    wire,
    result.rows.toLocaleString('en-US'),
    pageSize.toLocaleString('en-US'),
    (rowsPerSecond(result) / 1_000).toFixed(1),
    megabytesPerSecond(result).toFixed(0),
    cpuMicrosecondsPerRow(result).toFixed(1),
    peakRssMb(result).toFixed(0),
    longestBlockMs(result).toFixed(0),
    `${(spread(result) * 100).toFixed(0)} %`,
  ]
}

export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
