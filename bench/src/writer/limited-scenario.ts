import type { LimitsOptions } from '@deltaverse/emulator'

export type ScenarioName =
  | 'limits of the service'
  | 'saturated at 16'
  | 'saturated at 16, hint of 52'
  | 'changing hint'
  | 'three servers'

/** Execution time of a request and of a row in it: rows that some plug-ins look at. */
const requestMs = 20

/** A service under its limits, and rows so heavy that the load takes several windows. */
export interface Scenario {
  readonly name: ScenarioName
  readonly rows: number
  /** Execution time of a row. */
  readonly rowMs: number
}

export const windowMs = 300_000
const executionTimeMs = 1_200_000

/** The documented limits; what they do not say, each scenario does. */
export function limitsOf({ name, rowMs }: Scenario): LimitsOptions {
  return { windowMs, executionTimeMs, requests: 6_000, cost: { requestMs, rowMs }, ...serverOf(name) }
}

const hints = [16, 6, 12, 16, 4, 10]

function serverOf(name: ScenarioName): LimitsOptions {
  switch (name) {
    case 'limits of the service':
    case 'saturated at 16':
      return { saturation: 16 }
    case 'saturated at 16, hint of 52':
      return { saturation: 16, dopHint: 52 }
    case 'changing hint':
      return { saturation: 16, dopHint: (nowMs) => hints[Math.floor(nowMs / 45_000) % hints.length]! }
    case 'three servers':
      return { saturation: 16, servers: 3, dopHint: 48 }
  }
}

/** Rows of requests as large as can be that the limits allow in some whole windows. */
export function rowsAllowed({ name, rowMs }: Scenario, windows: number): number {
  const servers = name === 'three servers' ? 3 : 1
  return (servers * windows * executionTimeMs) / (rowMs + requestMs / 1_000)
}
