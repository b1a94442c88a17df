import { parseArgs } from 'node:util'
import { type PlantName, plantNames } from './run/plants.js'
import type { ScenarioWishes, Way } from './scenario.js'
import { crashedConnectors, targetOf } from './targets/targets.js'

export interface CrashOptions {
  /** The seeds to run, from the first to the last. */
  readonly first: number
  readonly last: number
  /** Threads that run seeds beside each other. */
  readonly workers: number
  /** Whose sinks are crashed, one after the other: the first seed is the first one's. */
  readonly connectors: readonly string[]
  readonly wishes: ScenarioWishes
  /** A bug to plant. */
  readonly plant?: PlantName
  /** Whether every request and delivery of every seed is shown. */
  readonly verbose: boolean
}

export const usage: string = `Usage: npm run crash -- [options]

  --seeds <n>     how many seeds to run, from 1 on (default 200)
  --seed <n>      this seed only, with the trail of its crashes
  --from <n>      the first seed (default 1)
  --connector <name>  whose sink is crashed: ${crashedConnectors.join(', ')}, or all, one seed each in turn (default all)
  --sink <words>  what every seed has to use, separated by commas; of each pair the seed chooses what is not named:
                  log or mirror, ndjson or csv, plain or gzip, rotating or one-file, fingerprints or no-fingerprints
  --way <way>     power: power cuts, in this process, on a disk that loses what was not flushed
                  kill: child processes that are killed with SIGKILL, on the real disk
                  freeze: child processes that are stopped, woken once another has taken over
                  (default: one seed of 16 by kill, the others by power; by kill
                  always for a sink that is not in files)
  --plant <bug>   put a bug around the sync, to see it caught: ${plantNames.join(', ')}
  --workers <n>   threads that run seeds beside each other (default 1)
  --verbose       show every request and every delivery
  --help          this text

Exits with 1 when a row was lost, torn or repeated, and says how to replay it.`

const sinkWords = {
  log: { mode: 'log' },
  mirror: { mode: 'mirror' },
  ndjson: { format: 'ndjson' },
  csv: { format: 'csv' },
  plain: { compression: 'none' },
  gzip: { compression: 'gzip' },
  rotating: { rotating: true },
  'one-file': { rotating: false },
  fingerprints: { fingerprints: true },
  'no-fingerprints': { fingerprints: false },
} as const satisfies Record<string, ScenarioWishes['sink']>

/**
 * Reads the command line; `undefined` when help was asked for.
 *
 * @throws TypeError or RangeError for what cannot be understood
 */
export function parseOptions(args: readonly string[]): CrashOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      from: { type: 'string' },
      connector: { type: 'string' },
      sink: { type: 'string' },
      way: { type: 'string' },
      plant: { type: 'string' },
      workers: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const wishes: ScenarioWishes = {
    ...(values.sink !== undefined && { sink: sinkOf(values.sink) }),
    ...(values.way !== undefined && { way: wayOf(values.way) }),
  }
  const one = values.seed !== undefined
  const first = count('--seed', values.seed ?? values.from ?? '1')
  return {
    first,
    last: one ? first : first + count('--seeds', values.seeds ?? '200') - 1,
    workers: count('--workers', values.workers ?? '1'),
    verbose: values.verbose,
    ...(values.plant !== undefined && { plant: plantNameOf(values.plant) }),
    connectors: connectorsOf(values.connector ?? 'all', wishes),
    wishes,
  }
}
/** The words of the command line that ask for the same. */
export function formatOptions(
  { wishes, plant }: Pick<CrashOptions, 'wishes' | 'plant'>,
  connector?: string,
): string {
  const chosen = Object.entries(wishes.sink ?? {}).map(
    ([name, value]) =>
      Object.entries(sinkWords).find(([, part]) => (part as Record<string, unknown>)[name] === value)?.[0],
  )
  return [
    ...(connector === undefined ? [] : ['--connector', connector]),
    ...(chosen.length > 0 ? ['--sink', chosen.join(',')] : []),
    ...(wishes.way === undefined ? [] : ['--way', wishes.way]),
    ...(plant === undefined ? [] : ['--plant', plant]),
  ].join(' ')
}

/** Of all, those that can have what is wished. */
function connectorsOf(text: string, { sink, way }: ScenarioWishes): readonly string[] {
  const needsFiles = sink?.mode !== undefined || sink?.format !== undefined || way === 'power'
  if (text === 'all') return crashedConnectors.filter((name) => !needsFiles || targetOf(name).standsOnFiles)
  const { standsOnFiles } = targetOf(text)
  if (needsFiles && !standsOnFiles) {
    throw new RangeError(
      `--connector ${text} is not in files: it has neither --sink log, mirror, ndjson or csv nor --way power`,
    )
  }
  return [text]
}

function sinkOf(text: string): ScenarioWishes['sink'] {
  const parts = text.split(',').map((word) => {
    if (word in sinkWords) return sinkWords[word as keyof typeof sinkWords]
    throw new RangeError(`--sink knows ${Object.keys(sinkWords).join(', ')}, not "${word}"`)
  })
  return Object.assign({}, ...parts) as ScenarioWishes['sink']
}

function plantNameOf(text: string): PlantName {
  const name = plantNames.find((each) => each === text)
  if (name !== undefined) return name
  throw new RangeError(`--plant knows ${plantNames.join(', ')}, not "${text}"`)
}

function wayOf(text: string): Way {
  if (text === 'power' || text === 'kill' || text === 'freeze') return text
  throw new RangeError(`--way is power, kill or freeze, not "${text}"`)
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000_000) return value
  throw new RangeError(`${name} must be a whole number of at least 1, not "${text}"`)
}
