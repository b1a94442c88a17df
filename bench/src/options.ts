import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** How often every variant runs; medians are reported. */
  readonly rounds: number
  /** Pages of 5,000 rows that each speed run reads. */
  readonly pages: number
  readonly quick: boolean
  /** The upsert writer instead of the change feed. */
  readonly writer: boolean
  /** Of the upsert writer only what it costs. */
  readonly cost: boolean
  /** Of the upsert writer only the loads under limits. */
  readonly loads: boolean
  /** Seeds by which the times of requests scatter in those loads. */
  readonly seeds: number
  /** What closing the gap of reads of several pages costs, instead of how fast the feed is. */
  readonly gap: boolean
  /** What a fingerprint store costs a feed, and how it does with many rows. */
  readonly fingerprints: boolean
  /** A sync to NDJSON files of ten times as many rows, made as they are read. */
  readonly large: boolean
  /** Whether to keep the report under `bench/results`. */
  readonly write: boolean
}

export const usage = `Usage: npm run bench -- [options]

  --rounds <n>   how often every variant runs; medians are reported (default 3)
  --pages <n>    pages of 5,000 rows in each speed run (default 40)
  --writer       measure the upsert writer instead of the change feed
  --cost         of that only CPU and memory, some eight minutes
  --loads        of that only the loads under the limits of the service
  --seeds <n>    how many seeds those loads have (default 3)
  --gap          measure what the guard of the feed costs, against reads without it
  --fingerprints       measure what a fingerprint store costs a feed, and one of ten million rows
  --large        read ten times as many rows to NDJSON files, and see that memory does not grow
  --quick        one round, 6 pages (or few rows): whether it works, not how fast it is
  --write        keep the report in bench/results
  --help         this text`

/**
 * Reads the command line; `undefined` when help was asked for.
 *
 * @throws TypeError or RangeError for what cannot be understood
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      pages: { type: 'string' },
      quick: { type: 'boolean', default: false },
      writer: { type: 'boolean', default: false },
      cost: { type: 'boolean', default: false },
      loads: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '3' },
      gap: { type: 'boolean', default: false },
      fingerprints: { type: 'boolean', default: false },
      large: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  if (values.cost && values.loads)
    throw new TypeError('--cost and --loads leave nothing of each other: take --writer')
  const { quick, writer, cost, loads, gap, fingerprints, large, write } = values
  return {
    rounds: count('--rounds', values.rounds ?? (quick ? '1' : '3')),
    pages: count('--pages', values.pages ?? (quick ? '6' : '40')),
    quick,
    writer: writer || cost || loads,
    cost,
    loads,
    seeds: count('--seeds', values.seeds),
    gap,
    fingerprints,
    large,
    write,
  }
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1 && value <= 1_000) return value
  throw new RangeError(`${name} must be a whole number from 1 to 1000, not "${text}"`)
}
