import { atMost, type BarResult } from '../bars.js'
import { type LimitedResult, rowsOverBest, rowsWithin, wholeWindows } from './limited-plan.js'
import { rowsAllowed, type ScenarioName } from './limited-scenario.js'
import type { LimitedDone } from './run-limited.js'
import { cpuOverPeer, peakRssMb, type WriteCaseResult } from './write-case.js'

/** What a run of the writer's benchmark found. */
export interface WriterFindings {
  readonly speed: readonly WriteCaseResult[]
  readonly memory: readonly WriteCaseResult[]
  /** Absent where only the cost was measured. */
  readonly main: LimitedResult | undefined
  readonly compared: readonly LimitedResult[]
}

/** Holds the results against what the project promises. */
export function checkWriterBars({ speed, memory, main, compared }: WriterFindings): readonly BarResult[] {
  return [...cpuBars(speed), ...memoryBars(memory), ...(main === undefined ? [] : loadBars(main, compared))]
}

function loadBars(main: LimitedResult, compared: readonly LimitedResult[]): readonly BarResult[] {
  const loads = [main, ...compared]
  const all = loads.flatMap(({ governed, fixed, scheduled }) => [
    governed,
    ...[...fixed, ...scheduled].map(({ done }) => done),
  ])
  const rows = loads.flatMap(({ scenario, fixed, scheduled }) =>
    Array.from({ length: 1 + fixed.length + scheduled.length }, () => scenario.rows),
  )
  return [
    share(
      'rows written ÷ rows that the limits allow',
      shareOfAllowed(main),
      '>= 95 %',
      (value) => value >= 0.95,
    ),
    share('429s ÷ requests', refusedShare(main.governed), '< 0.1 %', (value) => value < 0.001),
    none(
      'rows lost',
      total(all, rows, ({ stored }, wanted) => wanted - stored),
    ),
    none(
      'rows sent twice',
      total(all, rows, ({ sent }, wanted) => sent - wanted),
    ),
    ...[...shares(compared)].map(([name, ofSeeds]) =>
      share(
        `${name}: rows ÷ best fixed concurrency, the least of ${ofSeeds.length} seeds`,
        Math.min(...ofSeeds),
        '>= 94 %',
        (value) => value >= 0.94,
      ),
    ),
  ]
}

/** Held at the size that the writer settles on with a service this quick; that of 100 is in the table. */
function cpuBars(speed: readonly WriteCaseResult[]): readonly BarResult[] {
  return speed
    .filter(({ case: { variant, batchSize } }) => variant === 'writer, $batch' && batchSize === 1_000)
    .map((ours) => {
      const ratio = cpuOverPeer(ours, speed)!
      const name = 'client CPU per row ÷ dynamics-web-api, $batch of 1,000'
      return { name, value: `${ratio.toFixed(2)} x`, bar: '<= 0.65 x', pass: ratio <= 0.65 }
    })
}

function memoryBars(memory: readonly WriteCaseResult[]): readonly BarResult[] {
  if (memory.length === 0) return []
  const bars = [atMost('peak RSS, 8 bodies of 1,000 rows', Math.max(...memory.map(peakRssMb)), 300, 'MB')]
  for (let at = 0; at + 1 < memory.length; at += 2) {
    const [few, many] = [memory[at]!, memory[at + 1]!]
    const growth = peakRssMb(many) / peakRssMb(few)
    const sizes = [many, few].map(({ case: { rows } }) => rows.toLocaleString('en-US')).join(' ÷ ')
    const name = `peak RSS at ${sizes} rows, ${few.case.variant}`
    bars.push({ name, value: `${growth.toFixed(2)} x`, bar: '<= 1.15 x', pass: growth <= 1.15 })
  }
  return bars
}

function shareOfAllowed(result: LimitedResult): number {
  const windows = wholeWindows(result)
  return rowsWithin(result.governed, windows) / rowsAllowed(result.scenario, windows)
}

function refusedShare({ refused, requests }: LimitedDone): number {
  return refused / (requests + refused)
}

function shares(compared: readonly LimitedResult[]): ReadonlyMap<ScenarioName, readonly number[]> {
  const byName = new Map<ScenarioName, number[]>()
  for (const result of compared) {
    const { name } = result.scenario
    byName.set(name, [...(byName.get(name) ?? []), rowsOverBest(result, result.fixed) ?? Number.NaN])
  }
  return byName
}

function total(
  loads: readonly LimitedDone[],
  rows: readonly number[],
  count: (load: LimitedDone, wanted: number) => number,
): number {
  return loads.reduce((sum, load, at) => sum + Math.abs(count(load, rows[at]!)), 0)
}

function share(name: string, value: number, bar: string, passes: (value: number) => boolean): BarResult {
  return { name, value: `${(value * 100).toFixed(value < 0.01 ? 3 : 1)} %`, bar, pass: passes(value) }
}

function none(name: string, value: number): BarResult {
  return { name, value: String(value), bar: '0', pass: value === 0 }
}
