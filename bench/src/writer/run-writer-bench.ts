import { cpus } from 'node:os'
import type { BenchOptions } from '../options.js'
import { runJob } from './job-process.js'
import { comparedScenarios, fixedConcurrencies, type LimitedResult, mainScenario } from './limited-plan.js'
import type { Scenario } from './limited-scenario.js'
import { type ResponderProcess, startResponder } from './responder-process.js'
import type { LimitedDone, LimitedJob } from './run-limited.js'
import type { WriteDone, WriteJob } from './run-write.js'
import { memoryCases, speedCases, type WriteCase, type WriteCaseResult } from './write-case.js'
import { checkWriterBars } from './writer-bars.js'
import type { WriterReport } from './writer-report.js'

/** Measures the upsert writer: what it costs, and how near it comes to what the limits of the service allow. */
export async function runWriterBench(
  { rounds, quick }: BenchOptions,
  showProgress: (text: string) => void,
): Promise<WriterReport> {
  const responder = await startResponder()
  try {
    const speed = await runRounds(speedCases(quick), rounds, responder, showProgress)
    const memory = await runRounds(memoryCases(quick), 1, responder, showProgress)
    const main = await runLimited(mainScenario(quick), [], showProgress)
    const compared: LimitedResult[] = []
    for (const scenario of comparedScenarios(quick)) {
      compared.push(await runLimited(scenario, fixedConcurrencies(quick), showProgress))
    }
    const findings = { speed, memory, main, compared }
    const [date = ''] = new Date().toISOString().split('T')
    const bars = checkWriterBars(findings)
    return { date, node: process.versions.node, cores: cpus().length, rounds, ...findings, bars }
  } finally {
    await responder.stop()
  }
}

/** Every case once, then every case again: what disturbs the machine for a while disturbs all of them. */
async function runRounds(
  cases: readonly WriteCase[],
  rounds: number,
  responder: ResponderProcess,
  showProgress: (text: string) => void,
): Promise<readonly WriteCaseResult[]> {
  const results = cases.map((one) => ({ case: one, costs: [] as WriteDone['cost'][] }))
  for (let round = 1; round <= rounds; round += 1) {
    for (const result of results) {
      const { variant, ...load } = result.case
      showProgress(`round ${round} of ${rounds}: ${variant}, ${load.rows} rows, ${load.batchSize} a request`)
      const job: WriteJob = { variant, load: { ...load, url: responder.url } }
      const { written, cost } = await runJob<WriteDone>('./run-write.js', job)
      const received = await responder.count()
      if (written !== load.rows || received.rows !== load.rows) {
        throw new Error(`"${variant}" reports ${written} rows and sent ${received.rows} of ${load.rows}`)
      }
      result.costs.push(cost)
    }
  }
  return results
}

async function runLimited(
  scenario: Scenario,
  concurrencies: readonly number[],
  showProgress: (text: string) => void,
): Promise<LimitedResult> {
  const run = (concurrency: LimitedJob['concurrency']): Promise<LimitedDone> => {
    showProgress(`${scenario.name}: ${concurrency === 'auto' ? 'governor' : `${concurrency} at a time`}`)
    const job: LimitedJob = { scenario, concurrency }
    return runJob<LimitedDone>('./run-limited.js', job)
  }
  const governed = await run('auto')
  const fixed: { concurrency: number; done: LimitedDone }[] = []
  for (const concurrency of concurrencies) fixed.push({ concurrency, done: await run(concurrency) })
  return { scenario, governed, fixed }
}
