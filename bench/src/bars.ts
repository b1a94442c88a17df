import { findCase } from './find-case.js'
import type { Wire } from './plan.js'
import { type CaseResult, longestBlockMs, peakRssMb, speedRatio } from './result.js'
import type { VariantName } from './variants/load-variant.js'

/** A promise of speed or size, and whether this run kept it. */
export interface BarResult {
  readonly name: string
  readonly value: string
  readonly bar: string
  readonly pass: boolean
}

const typedRows = ['feed, changes()', 'feed, batches()'] as const
const feeds: readonly VariantName[] = [
  ...typedRows,
  'feed, batches() to NDJSON',
  'feed, changes() to NDJSON',
  'sync to NDJSON',
  'sync to NDJSON, no fsync',
]
/** Over TLS with gzip, as the service is read; over plain HTTP nothing hides what each row costs in addition. */
const leastSyncToFeed = { http: 0.75, 'https + gzip': 0.85 } as const

/** Holds the results against what the project promises. */
export function checkBars(speed: readonly CaseResult[], memory: readonly CaseResult[]): readonly BarResult[] {
  const ratio = (a: VariantName, aWire: Wire, b: VariantName, bWire: Wire) =>
    speedRatio(findCase(speed, a, aWire), findCase(speed, b, bWire))
  const gzip = 'https + gzip'
  const memoryOfFeeds = [...speed, ...memory].filter((result) => feeds.includes(result.case.variant))
  const blocksOfFeeds = speed.filter(({ case: c }) => feeds.includes(c.variant) && c.wire === gzip)
  return [
    ...typedRows.flatMap((variant) => [
      atLeast(`${variant} ÷ dynamics-web-api, http`, ratio(variant, 'http', 'dynamics-web-api', 'http'), 2.5),
      atLeast(
        `${variant} ÷ undici + JSON.parse, ${gzip}`,
        ratio(variant, gzip, 'undici + JSON.parse', gzip),
        0.95,
      ),
    ]),
    atLeast(
      'feed to NDJSON ÷ dynamics-web-api to NDJSON, http',
      ratio('feed, batches() to NDJSON', 'http', 'dynamics-web-api to NDJSON', 'http'),
      5,
    ),
    atLeast(
      `feed to NDJSON ÷ download to file, ${gzip}`,
      ratio('feed, batches() to NDJSON', gzip, 'download to file', gzip),
      0.75,
    ),
    ...(['http', gzip] as const).map((wire) =>
      atLeast(
        `sync to NDJSON, no fsync ÷ feed to NDJSON, ${wire}`,
        ratio('sync to NDJSON, no fsync', wire, 'feed, batches() to NDJSON', wire),
        leastSyncToFeed[wire],
      ),
    ),
    atLeast(
      `sync to NDJSON ÷ download to file, fsync, ${gzip}`,
      ratio('sync to NDJSON', gzip, 'download to file, fsync', gzip),
      0.75,
    ),
    atMost('peak RSS of a feed, any case', Math.max(...memoryOfFeeds.map(peakRssMb)), 150, 'MB'),
    atMost(`longest block of a feed, ${gzip}`, Math.max(...blocksOfFeeds.map(longestBlockMs)), 15, 'ms'),
  ]
}

function atLeast(name: string, value: number, bar: number): BarResult {
  return { name, value: `${value.toFixed(2)} x`, bar: `>= ${bar} x`, pass: value >= bar }
}

export function atMost(name: string, value: number, bar: number, unit: string): BarResult {
  return { name, value: `${value.toFixed(0)} ${unit}`, bar: `<= ${bar} ${unit}`, pass: value <= bar }
}
