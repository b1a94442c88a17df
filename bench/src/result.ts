import { type Cost, median } from './measure.js'
import type { Case } from './plan.js'

/** The runs of one case, one a round. */
export interface CaseResult {
  readonly case: Case
  readonly rows: number
  readonly bytes: number
  readonly costs: readonly Cost[]
}

export function rowsPerSecond(result: CaseResult): number {
  return median(result.costs.map(({ wallMs }) => (result.rows / wallMs) * 1_000))
}

export function megabytesPerSecond(result: CaseResult): number {
  return median(result.costs.map(({ wallMs }) => result.bytes / wallMs / 1_000))
}

export function cpuMicrosecondsPerRow(result: CaseResult): number {
  return median(result.costs.map(({ cpuMs }) => (cpuMs * 1_000) / result.rows))
}

export function peakRssMb(result: CaseResult): number {
  return median(result.costs.map((cost) => cost.peakRssMb))
}

export function longestBlockMs(result: CaseResult): number {
  return median(result.costs.map((cost) => cost.longestBlockMs))
}

/** (slowest − fastest) ÷ median of the wall times: how much the machine was disturbed. */
export function spread(result: CaseResult): number {
  const times = result.costs.map(({ wallMs }) => wallMs)
  return (Math.max(...times) - Math.min(...times)) / median(times)
}

/** How many times as fast `faster` was as `slower`: the median over the rounds, each compared with itself. */
export function speedRatio(faster: CaseResult, slower: CaseResult): number {
  const perRow = (result: CaseResult, round: number) => result.costs[round]!.wallMs / result.rows
  return median(faster.costs.map((_, round) => perRow(slower, round) / perRow(faster, round)))
}
