import type { LimitsOptions } from '@deltaverse/emulator'
import { createScatter } from './scatter.js'

export type ScenarioName =
  | 'limits of the service'
  | 'saturated at 16'
  | 'saturated at 16, hint of 52'
  | 'three servers'
  | 'changing server, hint follows'
  | 'changing server, hint of 52'

/** Execution time of a request and of a row in it: rows that some plug-ins look at. */
const requestMs = 20

/** A service under its limits, and rows so heavy that the load takes several windows. */
export interface Scenario {
  readonly name: ScenarioName
  readonly rows: number
  /** Execution time of a row. */
  readonly rowMs: number
  /** The times of requests scatter by a quarter, by this seed; without one they do not scatter. */
  readonly seed?: number | undefined
}

export const windowMs = 300_000
const executionTimeMs = 1_200_000
const requests = 6_000

/** The documented limits; what they do not say, each scenario does. */
export function limitsOf({ name, rowMs, seed }: Scenario, startMs: number): LimitsOptions {
  const scatter = createScatter(seed)
  const cost: LimitsOptions['cost'] = ({ rows }) => (requestMs + rowMs * rows) * scatter()
  return { windowMs, executionTimeMs, requests, cost, ...serverOf(name, startMs) }
}

/** What the server of a changing scenario carries: each for so long, then from the start again. */
export const phases = { carried: [8, 32, 16], ms: 100_000 } as const

/** Which of three values for the phases holds at a time since the start. */
export function inPhase(values: readonly number[], elapsedMs: number): number {
  return values[Math.floor(Math.max(0, elapsedMs) / phases.ms) % values.length] as number
}

export function isChanging(name: ScenarioName): boolean {
  return name.startsWith('changing')
}

/**
 * An environment may have higher limits than the documented ones. With those, 4 at a time would always do, whatever the
 * server carries; with three times as much the best number changes as the server does.
 */
const threefold = { executionTimeMs: 3 * executionTimeMs, requests: 3 * requests }

function serverOf(name: ScenarioName, startMs: number): LimitsOptions {
  const carried = (nowMs: number): number => inPhase(phases.carried, nowMs - startMs)
  switch (name) {
    case 'limits of the service':
    case 'saturated at 16':
      return { saturation: 16 }
    case 'saturated at 16, hint of 52':
      return { saturation: 16, dopHint: 52 }
    case 'three servers':
      return { saturation: 16, servers: 3, dopHint: 48 }
    case 'changing server, hint follows':
      return { ...threefold, saturation: carried, dopHint: carried }
    case 'changing server, hint of 52':
      return { ...threefold, saturation: carried, dopHint: 52 }
  }
}

/** How many times the documented limits of one server the load has. */
export function budgetOf(name: ScenarioName): number {
  return name === 'three servers' || isChanging(name) ? 3 : 1
}

/** Rows of requests as large as can be that the limits allow in some whole windows. */
export function rowsAllowed({ name, rowMs }: Scenario, windows: number): number {
  return (budgetOf(name) * windows * executionTimeMs) / (rowMs + requestMs / 1_000)
}
