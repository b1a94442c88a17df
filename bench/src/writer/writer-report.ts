import type { BarResult } from '../bars.js'
import { formatTable } from '../report.js'
import { limitedSection } from './limited-report.js'
import {
  cpuMicrosecondsPerRow,
  cpuOverPeer,
  peakRssMb,
  rowsPerSecond,
  type WriteCaseResult,
} from './write-case.js'
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
    ...costSection(report),
    ...limitedSection(report),
    '',
  ].join('\n\n')
}

function costSection({ speed, memory }: WriterReport): readonly string[] {
  if (speed.length === 0) return []
  return [
    '## Against a responder that answers at once',
    formatTable(
      [
        'variant',
        'rows',
        'rows a request',
        'in flight',
        'krows/s',
        'CPU us/row',
        '÷ dynamics-web-api',
        'peak RSS MB',
      ],
      [...speed, ...memory].map((result) => writeRow(result, speed)),
    ),
  ]
}

function writeRow(result: WriteCaseResult, speed: readonly WriteCaseResult[]): readonly string[] {
  const { variant, rows, batchSize, inFlight } = result.case
  return [
    variant,
    rows.toLocaleString('en-US'),
    batchSize.toLocaleString('en-US'),
    String(inFlight),
    (rowsPerSecond(result) / 1_000).toFixed(1),
    cpuMicrosecondsPerRow(result).toFixed(1),
    cpuOverPeer(result, speed)?.toFixed(2) ?? '',
    peakRssMb(result).toFixed(0),
  ]
}
