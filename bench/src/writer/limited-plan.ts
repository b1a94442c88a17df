import { budgetOf, phases, type Scenario, type ScenarioName, windowMs } from './limited-scenario.js'
import type { LimitedDone } from './run-limited.js'

/** A load by the governor, and what numbers of requests at a time that are given came to. */
export interface LimitedResult {
  readonly scenario: Scenario
  readonly governed: LimitedDone
  readonly fixed: readonly GivenConcurrency<number>[]
  /** A number for each phase, where what the server carries changes by a plan that only the benchmark knows. */
  readonly scheduled: readonly GivenConcurrency<readonly number[]>[]
}

interface GivenConcurrency<Value> {
  readonly concurrency: Value
  readonly done: LimitedDone
}

/** How many requests at a time the best fixed concurrency is looked for among. */
export function fixedConcurrencies(quick: boolean): readonly number[] {
  return quick ? [8, 16] : [4, 8, 12, 16, 24, 52]
}

/** The schedules that the best one is looked for among: as many at a time as the server carries, and a part of that. */
export function schedules(quick: boolean): readonly (readonly number[])[] {
  return (quick ? [1] : [0.75, 1, 1.25]).map((part) => phases.carried.map((carried) => carried * part))
}

const compared: readonly ScenarioName[] = [
  'saturated at 16',
  'saturated at 16, hint of 52',
  'three servers',
  'changing server, hint follows',
  'changing server, hint of 52',
]

/** Three windows and a part of the fourth, under the documented limits. */
export function mainScenario(quick: boolean): Scenario {
  return {
    name: 'limits of the service',
    ...(quick ? { rows: 20_000, rowMs: 200 } : { rows: 200_000, rowMs: 20 }),
  }
}

/** Somewhat more than two windows, of rows that are fewer and heavier: the same time under the same limits. */
export function comparedScenarios(quick: boolean, seeds: number): readonly (readonly Scenario[])[] {
  const executionMs = quick ? 1_800_000 : 2_700_000
  return compared.map((name) => {
    // Heavier still where there is more budget: as many requests, and so as much real time.
    const rowMs = budgetOf(name) === 1 ? 200 : 400
    const rows = (budgetOf(name) * executionMs) / rowMs
    return Array.from({ length: quick ? 1 : seeds }, (_, index) => ({ name, rows, rowMs, seed: index + 1 }))
  })
}

/** Whole windows that every run of a scenario went through: what follows belongs to the end of the load. */
export function wholeWindows({ governed, fixed, scheduled }: LimitedResult): number {
  const all = [governed, ...[...fixed, ...scheduled].map(({ done }) => done)]
  return Math.max(1, Math.floor(Math.min(...all.map(({ elapsedMs }) => elapsedMs)) / windowMs))
}

export function rowsWithin({ rowsInWindow }: LimitedDone, windows: number): number {
  return rowsInWindow.slice(0, windows).reduce((sum, rows) => sum + rows, 0)
}

/** Of some concurrencies the one that wrote most in the whole windows. */
export function bestOf<Value>(
  result: LimitedResult,
  given: readonly GivenConcurrency<Value>[],
): GivenConcurrency<Value> | undefined {
  const windows = wholeWindows(result)
  const rowsOf = ({ done }: GivenConcurrency<Value>): number => rowsWithin(done, windows)
  return given.reduce<GivenConcurrency<Value> | undefined>(
    (best, each) => (best === undefined || rowsOf(each) > rowsOf(best) ? each : best),
    undefined,
  )
}

/** Rows of the governor in the whole windows ÷ those of the best of some others; `undefined` where there is none. */
export function rowsOverBest(
  result: LimitedResult,
  given: LimitedResult['fixed'] | LimitedResult['scheduled'],
): number | undefined {
  const best = bestOf<unknown>(result, given)
  const windows = wholeWindows(result)
  return best === undefined
    ? undefined
    : rowsWithin(result.governed, windows) / rowsWithin(best.done, windows)
}
