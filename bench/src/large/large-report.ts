import type { BarResult } from '../bars.js'
import { barTable, caseTable, formatTable } from '../report.js'
import { type CaseResult, cpuMicrosecondsPerRow, peakRssMb, rowsPerSecond } from '../result.js'

export interface LargeReport {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly rounds: number
  readonly few: CaseResult
  /** Ten times as many rows. */
  readonly many: CaseResult
  readonly bars: readonly BarResult[]
}

/** The whole report as Markdown, which reads well in a terminal too. */
export function formatLargeReport(report: LargeReport): string {
  const { date, node, cores, rounds, few, many, bars } = report
  const ratio = (of: (result: CaseResult) => number) => (of(many) / of(few)).toFixed(2)
  return [
    `# Benchmark of many rows of ${date}`,
    `${cores} shared cores, Linux, Node ${node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}. The server makes the pages as they are asked for, beside the client on the same cores, and the files are synced to the disk; compare ratios, not absolute figures.`,
    '## Bars',
    barTable(bars),
    '## Few rows and many',
    caseTable([few, many]),
    '## Many ÷ few',
    formatTable(
      ['rows/s', 'CPU a row', 'peak RSS'],
      [[ratio(rowsPerSecond), ratio(cpuMicrosecondsPerRow), ratio(peakRssMb)]],
    ),
    '',
  ].join('\n\n')
}
