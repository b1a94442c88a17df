import type { BarResult } from '../bars.js'
import { formatTable } from '../report.js'
import { bestFixed, type LimitedResult, rowsWithin, wholeWindows } from './limited-plan.js'
import type { LimitedDone } from './run-limited.js'
import { cpuMicrosecondsPerRow, peakRssMb, rowsPerSecond, type WriteCaseResult } from './write-case.js'
import type { WriterFindings } from './writer-bars.js'

export interface WriterReport extends WriterFindings {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly rounds: number
  readonly bars: readonly BarResult[]
}

/** The whole report as Markdown, which reads well in a terminal too. */
export function formatWriterReport(report: WriterReport): string {
  const { date, node, cores, rounds } = report
  return [
    `# Benchmark of the writer of ${date}`,
    `${cores} shared cores, Linux, Node ${node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}. Compare ratios, not absolute figures.`,
    '## Bars',
    formatTable(
      ['bar', 'wanted', 'measured', ''],
      report.bars.map(({ name, bar, value, pass }) => [name, bar, value, pass ? 'pass' : 'MISS']),
    ),
    '## Against a responder that answers at once',
    formatTable(
      ['variant', 'rows', 'rows a request', 'in flight', 'krows/s', 'CPU us/row', 'peak RSS MB'],
      [...report.speed, ...report.memory].map(writeRow),
    ),
    '## Under the limits of the service',
    formatTable(
      [
        'load',
        'rows',
        'ms a row',
        'at a time',
        's',
        'whole windows',
        'rows in them',
        'requests',
        '429s',
        'most at a time',
        'real s',
      ],
      [report.main, ...report.compared].flatMap(limitedRows),
    ),
    '',
  ].join('\n\n')
}

function writeRow(result: WriteCaseResult): readonly string[] {
  const { variant, rows, batchSize, inFlight } = result.case
  return [
    variant,
    rows.toLocaleString('en-US'),
    batchSize.toLocaleString('en-US'),
    String(inFlight),
    (rowsPerSecond(result) / 1_000).toFixed(1),
    cpuMicrosecondsPerRow(result).toFixed(1),
    peakRssMb(result).toFixed(0),
  ]
}

/** The governor's run, and of the fixed ones the best and the one with the most requests at a time. */
function limitedRows(result: LimitedResult): readonly (readonly string[])[] {
  const { scenario, governed, fixed } = result
  const windows = wholeWindows(result)
  const row = (title: string, done: LimitedDone): readonly string[] => [
    scenario.name,
    scenario.rows.toLocaleString('en-US'),
    String(scenario.rowMs),
    title,
    (done.elapsedMs / 1_000).toFixed(0),
    String(windows),
    rowsWithin(done, windows).toLocaleString('en-US'),
    done.requests.toLocaleString('en-US'),
    String(done.refused),
    String(done.peakConcurrency),
    (done.realMs / 1_000).toFixed(0),
  ]
  const rows = [row('governor', governed)]
  const last = fixed.at(-1)
  if (last === undefined) return rows
  const best = bestFixed(result)
  rows.push(row(`${best.concurrency}, the best`, best.done))
  if (last !== best) rows.push(row(String(last.concurrency), last.done))
  return rows
}
