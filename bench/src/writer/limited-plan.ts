import { type Scenario, type ScenarioName, windowMs } from './limited-scenario.js'
import type { LimitedDone } from './run-limited.js'

/** A load by the governor, and what fixed numbers of requests at a time came to. */
export interface LimitedResult {
  readonly scenario: Scenario
  readonly governed: LimitedDone
  readonly fixed: readonly { readonly concurrency: number; readonly done: LimitedDone }[]
}

/** How many requests at a time the best fixed concurrency is looked for among. */
export function fixedConcurrencies(quick: boolean): readonly number[] {
  return quick ? [8, 16] : [4, 8, 12, 16, 24, 52]
}

const compared: readonly ScenarioName[] = [
  'saturated at 16',
  'saturated at 16, hint of 52',
  'changing hint',
  'three servers',
]

/** Three windows and a part of the fourth, under the documented limits. */
export function mainScenario(quick: boolean): Scenario {
  return { name: 'limits of the service', ...(quick ? light : { rows: 200_000, rowMs: 20 }) }
}

const light = { rows: 20_000, rowMs: 200 }

/** Somewhat more than two windows, of rows that are fewer and heavier: the same time under the same limits. */
export function comparedScenarios(quick: boolean): readonly Scenario[] {
  const rows = quick ? 9_000 : 13_500
  return compared.map((name) => ({ name, rows: name === 'three servers' ? 3 * rows : rows, rowMs: 200 }))
}

/** Whole windows that every run of a scenario went through: what follows belongs to the end of the load. */
export function wholeWindows({ governed, fixed }: LimitedResult): number {
  const shortestMs = Math.min(governed.elapsedMs, ...fixed.map(({ done }) => done.elapsedMs))
  return Math.max(1, Math.floor(shortestMs / windowMs))
}

export function rowsWithin({ rowsInWindow }: LimitedDone, windows: number): number {
  return rowsInWindow.slice(0, windows).reduce((sum, rows) => sum + rows, 0)
}

/** The fixed concurrency that wrote most in the whole windows. */
export function bestFixed(result: LimitedResult): LimitedResult['fixed'][number] {
  const windows = wholeWindows(result)
  const rowsOf = ({ done }: LimitedResult['fixed'][number]): number => rowsWithin(done, windows)
  return result.fixed.reduce((best, each) => (rowsOf(each) > rowsOf(best) ? each : best))
}
