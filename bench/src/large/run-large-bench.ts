import { cpus } from 'node:os'
import { atMost } from '../bars.js'
import type { BenchOptions } from '../options.js'
import type { Case } from '../plan.js'
import { peakRssMb } from '../result.js'
import { runRounds, withBench } from '../run-rounds.js'
import type { LargeReport } from './large-report.js'

/** Reads a table, and one ten times as large, to NDJSON files: what is held must not grow with the rows. */
export function runLargeBench(
  { rounds, pages, quick }: BenchOptions,
  folder: string,
  showProgress: (text: string) => void,
): Promise<LargeReport> {
  return withBench(folder, showProgress, async (bench) => {
    const [few, many] = await runRounds(bench, [largeCase(pages), largeCase(pages * 10)], quick ? 1 : rounds)
    if (few === undefined || many === undefined) throw new Error('a case was not run')
    const [date = ''] = new Date().toISOString().split('T')
    const bars = [atMost('peak RSS with many rows', peakRssMb(many), 160, 'MB')]
    return { date, node: process.versions.node, cores: cpus().length, rounds, few, many, bars }
  })
}

function largeCase(pages: number): Case {
  return { variant: 'sync to NDJSON', wire: 'http', pageSize: 5_000, pages, onTheFly: true }
}
