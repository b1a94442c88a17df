import { cpus } from 'node:os'
import { checkBars } from './bars.js'
import type { BenchOptions } from './options.js'
import { memoryCases, speedCases } from './plan.js'
import type { Report } from './report.js'
import { runRounds, withBench } from './run-rounds.js'

/** Compares the feed, and what stands on it, with its peers and with the bare download. */
export function runFeedBench(
  { rounds, pages, quick }: BenchOptions,
  folder: string,
  showProgress: (text: string) => void,
): Promise<Report> {
  return withBench(folder, showProgress, async (bench) => {
    const speed = await runRounds(bench, speedCases(pages), rounds)
    const memory = await runRounds(bench, memoryCases(quick), rounds)
    const [date = ''] = new Date().toISOString().split('T')
    const bars = checkBars(speed, memory)
    return { date, node: process.versions.node, cores: cpus().length, rounds, speed, memory, bars }
  })
}
