import { type Cost, median } from '../measure.js'
import type { WriteVariantName } from './write-load.js'

/** One line of the report: a variant that writes so many rows, so many in a request, so many requests at a time. */
export interface WriteCase {
  readonly variant: WriteVariantName
  readonly rows: number
  readonly batchSize: number
  readonly inFlight: number
}

/** The runs of one case, one a round. */
export interface WriteCaseResult {
  readonly case: WriteCase
  readonly costs: readonly Cost[]
}

/** What is compared for speed: the same sizes for both. */
export function speedCases(quick: boolean): readonly WriteCase[] {
  const rows = quick ? 40_000 : 600_000
  return [
    { variant: 'writer, $batch', rows, batchSize: 100, inFlight: 8 },
    { variant: 'dynamics-web-api, batch', rows, batchSize: 100, inFlight: 8 },
    { variant: 'bare $batch', rows, batchSize: 100, inFlight: 8 },
    { variant: 'writer, $batch', rows, batchSize: 1_000, inFlight: 4 },
    { variant: 'dynamics-web-api, batch', rows, batchSize: 1_000, inFlight: 4 },
    { variant: 'bare $batch', rows, batchSize: 1_000, inFlight: 4 },
    { variant: 'writer, $batch, results()', rows, batchSize: 1_000, inFlight: 4 },
    { variant: 'writer, UpsertMultiple', rows, batchSize: 1_000, inFlight: 4 },
  ]
}

/** What is watched for memory: eight bodies of a thousand rows under way, few rows and many. */
export function memoryCases(quick: boolean): readonly WriteCase[] {
  const sizes = quick ? [150_000, 450_000] : [200_000, 1_600_000]
  return (['writer, $batch', 'writer, UpsertMultiple'] as const).flatMap((variant) =>
    sizes.map((rows) => ({ variant, rows, batchSize: 1_000, inFlight: 8 })),
  )
}

export function cpuMicrosecondsPerRow({ case: { rows }, costs }: WriteCaseResult): number {
  return median(costs.map(({ cpuMs }) => (cpuMs * 1_000) / rows))
}

export function rowsPerSecond({ case: { rows }, costs }: WriteCaseResult): number {
  return median(costs.map(({ wallMs }) => (rows / wallMs) * 1_000))
}

export function peakRssMb({ costs }: WriteCaseResult): number {
  return median(costs.map((cost) => cost.peakRssMb))
}

/** CPU of a row ÷ that of dynamics-web-api with requests of the same size; `undefined` where it did not run. */
export function cpuOverPeer(one: WriteCaseResult, all: readonly WriteCaseResult[]): number | undefined {
  const peer = all.find(
    ({ case: { variant, batchSize, rows } }) =>
      variant === 'dynamics-web-api, batch' && batchSize === one.case.batchSize && rows === one.case.rows,
  )
  return peer === undefined ? undefined : cpuRatio(one, peer)
}

/** The median over the rounds of one's cost of a row ÷ the other's, each round compared with itself. */
function cpuRatio(one: WriteCaseResult, other: WriteCaseResult): number {
  const perRow = ({ case: { rows }, costs }: WriteCaseResult, round: number): number =>
    costs[round]!.cpuMs / rows
  return median(one.costs.map((_, round) => perRow(one, round) / perRow(other, round)))
}
