import { median } from '../measure.js'
import { formatTable } from '../report.js'
import type { FeedRun, ManyRowsRun, Phase } from './fingerprint-job.js'

export interface FingerprintReport {
  readonly date: string
  readonly node: string
  readonly cores: number
  readonly rounds: number
  /** For each round: without a fingerprint store, with an empty one, with a full one. */
  readonly feeds: readonly (readonly FeedRun[])[]
  readonly manyRows: ManyRowsRun
}

const feedNames = [
  'no fingerprints',
  'fingerprints, every row is new',
  'fingerprints, every row is unchanged',
]

/** The whole report as Markdown, which reads well in a terminal too. */
export function formatFingerprintReport(report: FingerprintReport): string {
  const { date, node, cores, rounds, feeds, manyRows } = report
  return [
    `# Benchmark of the fingerprint store of ${date}`,
    `${cores} shared cores, Linux, Node ${node}; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}. Compare ratios, not absolute figures.`,
    '## A feed with a fingerprint store ÷ without',
    formatTable(
      ['feed', 'rows', 'krows/s', 'rows/s ÷', 'CPU us/row', 'CPU ÷', 'peak RSS MB'],
      feedNames.map((name, column) => feedRow(name, column, feeds)),
    ),
    '## Many rows',
    formatTable(
      ['what', 'rows', 'krows/s', 'CPU us/row', 'bytes written a row', 'anonymous MB', 'of files MB'],
      manyRows.phases.map(phaseRow),
    ),
    `On disk: ${manyRows.diskMb.toFixed(0)} MB at the end.`,
    '',
  ].join('\n\n')
}

function feedRow(name: string, column: number, feeds: FingerprintReport['feeds']): readonly string[] {
  const of = (get: (run: FeedRun) => number) => median(feeds.map((round) => get(round[column]!)))
  const ratio = (get: (run: FeedRun) => number) =>
    median(feeds.map((round) => get(round[column]!) / get(round[0]!))).toFixed(2)
  const perSecond = ({ rows, cost }: FeedRun) => (rows / cost.wallMs) * 1_000
  const cpu = ({ rows, cost }: FeedRun) => (cost.cpuMs * 1_000) / rows
  return [
    name,
    of(({ rows }) => rows).toLocaleString('en-US'),
    (of(perSecond) / 1_000).toFixed(1),
    ratio(perSecond),
    of(cpu).toFixed(1),
    ratio(cpu),
    of(({ cost }) => cost.peakRssMb).toFixed(0),
  ]
}

function phaseRow({ name, rows, wallMs, cpuMs, writtenBytes, peak }: Phase): readonly string[] {
  return [
    name,
    rows.toLocaleString('en-US'),
    (rows / wallMs).toFixed(1),
    ((cpuMs * 1_000) / rows).toFixed(1),
    (writtenBytes / rows).toFixed(0),
    peak.anonymousMb.toFixed(0),
    peak.fileMb.toFixed(0),
  ]
}
