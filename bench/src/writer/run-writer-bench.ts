import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import type { BenchOptions } from '../options.js'
import { runJob } from './job-process.js'
import {
  bestOf,
  comparedScenarios,
  fixedConcurrencies,
  type LimitedResult,
  mainScenario,
  schedules,
} from './limited-plan.js'
import { isChanging, type Scenario } from './limited-scenario.js'
import { type ResponderProcess, startResponder } from './responder-process.js'
import type { LimitedDone, LimitedJob } from './run-limited.js'
import type { WriteDone, WriteJob } from './run-write.js'
import { memoryCases, speedCases, type WriteCase, type WriteCaseResult } from './write-case.js'
import { checkWriterBars } from './writer-bars.js'
import type { WriterReport } from './writer-report.js'

/** Measures the upsert writer: what it costs, and how near it comes to what the limits of the service allow. */
export async function runWriterBench(
  { rounds, seeds, quick, cost, loads }: BenchOptions,
  showProgress: (text: string) => void,
): Promise<WriterReport> {
  const { speed, memory } = loads ? { speed: [], memory: [] } : await measureCost(rounds, quick, showProgress)
  const { main, compared } = cost
    ? { main: undefined, compared: [] }
    : await measureLoads(quick, seeds, showProgress)
  const findings = { speed, memory, main, compared }
  const [date = ''] = new Date().toISOString().split('T')
  const bars = checkWriterBars(findings)
  return { date, node: process.versions.node, cores: availableParallelism(), rounds, ...findings, bars }
}

/** Side by side, as many as there are cores: these loads have a time of their own, which other work does not stretch. */
async function measureLoads(
  quick: boolean,
  seeds: number,
  showProgress: (text: string) => void,
): Promise<Pick<WriterReport, 'main' | 'compared'>> {
  const room = pLimit(availableParallelism())
  const runLoad: RunLoad = (scenario, concurrency) =>
    room(async () => {
      showProgress(nameOf(scenario, concurrency))
      const job: LimitedJob = { scenario, concurrency }
      return { concurrency, done: await runJob<LimitedDone>('./run-limited.js', job) }
    })
  try {
    const [main, ...compared] = await Promise.all([
      runLimited(mainScenario(quick), {}, runLoad),
      ...comparedScenarios(quick, seeds).map((scenarios) => compareLoads(scenarios, quick, runLoad)),
    ])
    return { main, compared: compared.flat() }
  } finally {
    room.clearQueue()
  }
}

type Concurrency = LimitedJob['concurrency']
type RunLoad = <Value extends Concurrency>(
  scenario: Scenario,
  concurrency: Value,
) => Promise<{ readonly concurrency: Value; readonly done: LimitedDone }>

function nameOf({ name, seed }: Scenario, concurrency: Concurrency): string {
  const load = seed === undefined ? name : `${name}, seed ${seed}`
  return `${load}: ${concurrency === 'auto' ? 'governor' : `${concurrency} at a time`}`
}

async function measureCost(
  rounds: number,
  quick: boolean,
  showProgress: (text: string) => void,
): Promise<Pick<WriterReport, 'speed' | 'memory'>> {
  const responder = await startResponder()
  try {
    const speed = await runRounds(speedCases(quick), rounds, responder, showProgress)
    const memory = await runRounds(memoryCases(quick), 1, responder, showProgress)
    return { speed, memory }
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

/** Looks for the best fixed concurrency, and the best schedule, with the first seed, and holds it against the others too. */
async function compareLoads(
  scenarios: readonly Scenario[],
  quick: boolean,
  runLoad: RunLoad,
): Promise<readonly LimitedResult[]> {
  const results: LimitedResult[] = []
  let given: Given = { fixed: fixedConcurrencies(quick) }
  for (const scenario of scenarios) {
    const scheduled = isChanging(scenario.name) ? (given.scheduled ?? schedules(quick)) : []
    const result = await runLimited(scenario, { ...given, scheduled }, runLoad)
    results.push(result)
    const best = [bestOf(result, result.fixed), bestOf(result, result.scheduled)] as const
    given = {
      fixed: best[0] === undefined ? [] : [best[0].concurrency],
      scheduled: best[1] === undefined ? [] : [best[1].concurrency],
    }
  }
  return results
}

interface Given {
  readonly fixed?: readonly number[]
  readonly scheduled?: readonly (readonly number[])[]
}

async function runLimited(
  scenario: Scenario,
  { fixed = [], scheduled = [] }: Given,
  runLoad: RunLoad,
): Promise<LimitedResult> {
  const [governed, fixedRuns, scheduledRuns] = await Promise.all([
    runLoad(scenario, 'auto'),
    Promise.all(fixed.map((concurrency) => runLoad(scenario, concurrency))),
    Promise.all(scheduled.map((concurrency) => runLoad(scenario, concurrency))),
  ])
  return { scenario, governed: governed.done, fixed: fixedRuns, scheduled: scheduledRuns }
}
