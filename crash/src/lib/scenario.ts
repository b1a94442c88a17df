import type { SinkMode } from '@deltaverse/core'
import { createSeededRandom, type SeededRandom } from '@deltaverse/testing'
import { type CrashPoint, drawCrash, drawStep, type ReachedParts } from './failpoints.js'

/** What happens to the environment between two runs. */
export type Interference = 'expire' | 'age' | 'burst' | 'back-up' | 'restore'

/**
 * What happens to runs: `power` cuts the power of a simulated machine whose disk loses what was not flushed; `kill` kills child
 * processes on this one; `freeze` stops them where they would have died, lets another take over, and wakes them.
 */
export type Way = 'power' | 'kill' | 'freeze'

/** How a run that is frozen goes on. */
export interface Freeze {
  /** Where its successor stands when it wakes; absent: at its end. */
  readonly wakeAt?: CrashPoint
}

/** One run of the sync. */
export interface Turn {
  readonly before: readonly Interference[]
  /** Columns that the run selects. */
  readonly selection: 'narrow' | 'wide'
  /** Asks for a full read of its own accord. */
  readonly restart: boolean
  /** Absent: the run is let through. */
  readonly crash?: CrashPoint
  /** It freezes at that point rather than dying there. */
  readonly freeze?: Freeze
  /** A step where the run stands still while another process tries to do the same; by `kill` it is killed then. */
  readonly rival?: CrashPoint
}

/** How rows are kept. */
export interface SinkPlan {
  /** Name of the connector whose sink it is. */
  readonly connector: string
  readonly mode: SinkMode
  readonly format: 'ndjson' | 'csv'
  readonly compression: 'none' | 'gzip'
  /** Whether a file is closed and a new one begun at some size (log only). */
  readonly rotating: boolean
  readonly fingerprints: boolean
}

/** Everything about one seed, as plain JSON. */
export interface Scenario {
  readonly seed: number
  readonly way: Way
  readonly sink: SinkPlan
  readonly service: {
    readonly pageSize: number
    readonly watermark: 'first-page' | 'last-page'
    readonly order: 'deletes-last' | 'by-version'
    readonly expiry: 'error' | 'full-result'
    readonly unknownToken: 'error' | 'full-result'
    readonly otherColumns: 'asked' | 'refused' | 'given'
    readonly compression: boolean
  }
  readonly feed: {
    readonly readAheadBytes: number
    readonly decoder: 'slicer' | 'stream-json'
  }
  /** Fewest bytes of rows between two commits within a read. */
  readonly commitBytes: number
  /** Whether the sync is told which environment it reads. */
  readonly knowsEnvironment: boolean
  /** Places for rows, and how many of them are filled at first. */
  readonly slots: number
  readonly rows: number
  readonly writesPerRequest: number
  readonly faultsPerRequest: number
  readonly turns: readonly Turn[]
}

/** What a caller wants to be so, whatever the seed says. */
export interface ScenarioWishes {
  readonly way?: Way | undefined
  readonly sink?: Partial<SinkPlan> | undefined
  /** Runs before the last one. */
  readonly turns?: number | undefined
  /** A column is added behind the first run, and the second one crashes there, the third anywhere. */
  readonly columnAdded?: CrashPoint | undefined
}

/** Makes the scenario of a seed. */
export function planScenario(seed: number, wishes: ScenarioWishes = {}): Scenario {
  const random = createSeededRandom(seed, 'scenario')
  const way = random.chance(1 / 16) ? 'kill' : 'power'
  // Drawn apart, so that older seeds stay what they were.
  const format = drawFormat(seed, wishes.sink)
  const mayRestore = random.chance(0.15)
  const knowsEnvironment = random.chance(0.5)
  // A mirror in CSV tells no versions, and a restore brings values under other versions.
  const isWithoutVersions = format === 'csv'
  const restores = mayRestore && !isWithoutVersions
  const service = planService(random, restores && !knowsEnvironment)
  const slots = random.between(3, 7) * service.pageSize
  const sink = planSink(random, format, wishes.sink)
  const standsOnFiles = sink.mode !== 'table'
  const scenario: Omit<Scenario, 'turns'> = {
    seed,
    // A system of its own is not on the disk whose power is cut.
    way: wishes.way === 'freeze' ? 'freeze' : standsOnFiles ? (wishes.way ?? way) : 'kill',
    sink,
    service,
    feed: {
      readAheadBytes: random.chance(0.7) ? 0 : 1 << random.between(8, 16),
      decoder: random.chance(0.85) ? 'slicer' : 'stream-json',
    },
    commitBytes: random.pick([1, 1, 600, 3000]),
    knowsEnvironment,
    slots,
    rows: random.between(1, slots),
    writesPerRequest: random.pick([0, 0.2, 0.4, 0.6]),
    faultsPerRequest: random.pick([0, 0, 0.05, 0.15]),
  }
  const parts = { hasFingerprints: sink.fingerprints, standsOnFiles }
  if (wishes.columnAdded !== undefined) {
    return { ...scenario, turns: turnsOfNewColumn(random, wishes.columnAdded, parts) }
  }
  const turns = planTurns(random, {
    count: wishes.turns ?? random.between(4, 14),
    restores,
    expires: service.expiry === 'error',
    ...parts,
  })
  return { ...scenario, turns: scenario.way === 'freeze' ? turns.map((turn) => frozen(turn, random)) : turns }
}

function drawFormat(seed: number, wished: Partial<SinkPlan> | undefined): SinkPlan['format'] {
  if (wished?.mode === 'table') return 'ndjson'
  return wished?.format ?? (createSeededRandom(seed, 'format').chance(0.25) ? 'csv' : 'ndjson')
}

/** Half of those that freeze wake while their successor is at work. */
function frozen({ rival: _, ...turn }: Turn, random: SeededRandom): Turn {
  if (turn.crash === undefined) return turn
  return { ...turn, freeze: random.chance(0.5) ? { wakeAt: drawStep(random) } : {} }
}

/**
 * @param mustTell tokens of an environment that was restored must be refused: a service that silently answers them as if they
 * were its own cannot be found out by a sync that is not told which environment it reads
 */
function planService(random: SeededRandom, mustTell: boolean): Scenario['service'] {
  return {
    pageSize: random.between(2, 6),
    watermark: random.chance(0.75) ? 'last-page' : 'first-page',
    order: random.chance(0.75) ? 'deletes-last' : 'by-version',
    expiry: random.chance(0.75) || mustTell ? 'error' : 'full-result',
    unknownToken: random.chance(0.75) || mustTell ? 'error' : 'full-result',
    otherColumns: random.chance(0.6) ? 'asked' : random.pick(['refused', 'given']),
    compression: random.chance(0.5),
  }
}

function planSink(
  random: SeededRandom,
  format: SinkPlan['format'],
  wished: Partial<SinkPlan> | undefined,
): SinkPlan {
  const plan: SinkPlan = {
    connector: 'files',
    format,
    mode: random.pick(['log', 'mirror']),
    compression: random.pick(['none', 'gzip']),
    rotating: random.chance(0.4),
    fingerprints: random.chance(0.5),
    ...wished,
  }
  if (plan.mode === 'table') return { ...plan, compression: 'none', rotating: false }
  return { ...plan, rotating: plan.rotating && plan.mode === 'log' }
}

interface TurnsPlan extends ReachedParts {
  readonly count: number
  readonly restores: boolean
  /** Whether tokens may end before their time: a service that then silently sends every row cannot be found out. */
  readonly expires: boolean
}

function planTurns(random: SeededRandom, plan: TurnsPlan): Turn[] {
  const changesSelection = random.chance(0.3)
  // Once only: what was handed out by one restored environment could not be told from what another one hands out.
  const restoreAt = plan.restores ? random.between(1, plan.count - 1) : undefined
  let selection: Turn['selection'] = 'narrow'
  return Array.from({ length: plan.count }, (_, index) => {
    // A table keeps the columns that it was given once.
    if (changesSelection && random.chance(0.2)) {
      selection = selection === 'narrow' || !plan.standsOnFiles ? 'wide' : 'narrow'
    }
    return {
      before: index === 0 ? [] : interferences(random, plan.expires, index === restoreAt),
      selection,
      restart: random.chance(0.04),
      ...(random.chance(0.85) && { crash: drawCrash(random, plan) }),
      ...(random.chance(0.1) && { rival: drawStep(random) }),
    }
  })
}

/** Nothing else leads to a snapshot, which would bring the column by itself. */
function turnsOfNewColumn(random: SeededRandom, crash: CrashPoint, parts: ReachedParts): Turn[] {
  return [
    { before: [], selection: 'narrow', restart: false },
    { before: ['burst'], selection: 'wide', restart: false, crash },
    { before: ['burst'], selection: 'wide', restart: false, crash: drawCrash(random, parts) },
  ]
}

function interferences(random: SeededRandom, expires: boolean, restores: boolean): Interference[] {
  const chances: readonly (readonly [Interference, number])[] = [
    ['back-up', 0.2],
    ['burst', 0.4],
    ['expire', expires ? 0.1 : 0],
    ['age', 0.05],
    ['restore', restores ? 1 : 0],
  ]
  return chances.filter(([, probability]) => random.chance(probability)).map(([what]) => what)
}
