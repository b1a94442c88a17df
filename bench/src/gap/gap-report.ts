import { median } from '../measure.js'
import { formatTable } from '../report.js'
import { type GapResult, type GapRun, guardRatio } from './gap-case.js'

export interface GapReport {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly rounds: number
  readonly results: readonly GapResult[]
}

/** The whole report as Markdown, which reads well in a terminal too. */
export function formatGapReport({ date, node, cores, rounds, results }: GapReport): string {
  return [
    `# Benchmark of the gap guard of ${date}`,
    `${cores} shared cores, Linux, Node ${node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}. With the guard ÷ without, from runs next to each other; compare ratios, not absolute figures.`,
    formatTable(
      ['read', 'pages', 'requests', '÷', 'MB on the wire', '÷', 'ms', '÷', 'CPU ÷'],
      results.map(resultRow),
    ),
    '',
  ].join('\n\n')
}

function resultRow(result: GapResult): readonly string[] {
  const both = (of: (run: GapRun) => number, digits: number) =>
    [result.guarded, result.bare].map((runs) => median(runs.map(of)).toFixed(digits)).join(' : ')
  const ratio = (of: (run: GapRun) => number) => guardRatio(result, of).toFixed(2)
  const requests = (run: GapRun) => run.requests
  const megabytes = (run: GapRun) => run.bytes / 1e6
  const time = (run: GapRun) => run.cost.wallMs
  return [
    result.case.name,
    String(result.case.pages),
    both(requests, 0),
    ratio(requests),
    both(megabytes, 2),
    ratio(megabytes),
    both(time, 0),
    ratio(time),
    ratio((run) => run.cost.cpuMs),
  ]
}
