import type { LoggedRequest } from '@deltaverse/emulator'
import { createVirtualClock, type VirtualClock } from '@deltaverse/testing'
import { createDeliveryBook, type DeliveryBook } from './oracle/delivery-book.js'
import { judgeRun } from './oracle/judge-run.js'
import type { Problem } from './oracle/problem.js'
import type { Machine, RunOutcome } from './run/machine.js'
import type { PlantName } from './run/plants.js'
import type { RunOrder } from './run/run-order.js'
import type { TraceEntry } from './run/trace.js'
import type { Scenario, Turn } from './scenario.js'
import { type Service, startService } from './service/service.js'
import type { Tally } from './tally.js'
import { startMs } from './time.js'

export interface SeedResult {
  readonly seed: number
  readonly tally: Tally
  readonly problems: readonly Problem[]
  /** What happened, turn by turn. */
  readonly trail: readonly string[]
}

export interface SeedOptions {
  /** Name of a bug to plant, see `plants.ts`. */
  readonly plant?: PlantName | undefined
  /** Whether the trail tells of every request and delivery too. */
  readonly detailed?: boolean | undefined
}

/** Carries a scenario out: runs that crash, one that is let through, and a look at what is there behind each. */
export async function runSeed(
  scenario: Scenario,
  machine: Machine,
  { plant, detailed }: SeedOptions = {},
): Promise<SeedResult> {
  const time = createVirtualClock(startMs)
  const service = await startService(scenario, time)
  const deliveries = createDeliveryBook()
  const trail: string[] = [describeScenario(scenario)]
  const problems: Problem[] = []
  // The one ends what the last crash has left half-way; what changed meanwhile may be told to the other only.
  const calm: Turn = { before: [], selection: scenario.turns.at(-1)?.selection ?? 'narrow', restart: false }
  const last: Turn = { ...calm }
  const turns = [...scenario.turns, calm, last]
  let crashes = 0
  try {
    for (const [index, turn] of turns.entries()) {
      const isLast = turn === last
      for (const what of turn.before) await service.interfere(what)
      service.begin(index, index >= scenario.turns.length)
      const order = orderOf(scenario, turn, { machine, service, time, plant, detailed, index })
      const outcome = await machine.run(order, {
        onRequest(listener) {
          service.onRequest = listener
        },
      })
      for (const entry of outcome.trace) deliveries.take(entry)
      if (outcome.crashedAt !== undefined) crashes += 1
      const found = await judgeRun({ scenario, machine, service, deliveries, order, outcome, turn, isLast })
      trail.push(describeTurn(index, turn, outcome))
      if (detailed)
        trail.push(...service.requests().map(describeRequest), ...outcome.trace.map(describeEntry))
      for (const { kind, message } of found) trail.push(`  ${kind}: ${message}`)
      problems.push(...found)
      // What follows from a fault is no second one.
      if (found.length > 0) break
    }
  } finally {
    await service.close()
  }
  return { seed: scenario.seed, trail, problems, tally: tallyOf(crashes, problems, deliveries) }
}

interface OrderParts {
  readonly machine: Machine
  readonly service: Service
  readonly time: VirtualClock
  readonly plant: PlantName | undefined
  readonly detailed: boolean | undefined
  readonly index: number
}

function orderOf(
  scenario: Scenario,
  turn: Turn,
  { machine, service, time, plant, detailed, index }: OrderParts,
): RunOrder {
  return {
    url: service.url,
    directory: machine.directory,
    fingerprintDirectory: machine.fingerprintDirectory,
    sink: scenario.sink,
    feed: scenario.feed,
    commitBytes: scenario.commitBytes,
    selection: turn.selection,
    restart: turn.restart,
    nowMs: time.now(),
    detailed: detailed ?? false,
    seed: scenario.seed * 100 + index,
    ...(scenario.knowsEnvironment && { environmentId: `environment ${service.environment}` }),
    ...(turn.crash !== undefined && { crash: turn.crash }),
    ...(turn.rival !== undefined && { rival: turn.rival }),
    ...(plant !== undefined && { plant }),
  }
}

function tallyOf(crashes: number, problems: readonly Problem[], deliveries: DeliveryBook): Tally {
  const count = (kind: Problem['kind']): number => problems.filter((problem) => problem.kind === kind).length
  return {
    crashes,
    rowsLost: count('lost'),
    rowsTorn: count('torn'),
    duplicatesSeen: deliveries.duplicatesSeen,
    duplicatesAfterCommit: count('repeated'),
    runsStuck: count('stuck'),
  }
}

function describeScenario({ way, sink, service, rows, slots, knowsEnvironment }: Scenario): string {
  const words = [
    way,
    sink.mode,
    sink.compression,
    ...(sink.rotating ? ['rotating'] : []),
    ...(sink.fingerprints ? ['fingerprints'] : []),
    `${rows} rows of ${slots}`,
    `pages of ${service.pageSize}`,
    service.watermark,
    service.order,
    `expiry: ${service.expiry}`,
    `other columns: ${service.otherColumns}`,
    ...(knowsEnvironment ? ['knows its environment'] : []),
  ]
  return words.join(', ')
}

function describeTurn(index: number, turn: Turn, { crashedAt, error }: RunOutcome): string {
  const parts = [
    ...turn.before,
    turn.selection,
    ...(turn.restart ? ['restart'] : []),
    ...(turn.rival === undefined ? [] : [`rival at ${turn.rival.at} (${turn.rival.nth})`]),
    crashedAt !== undefined
      ? `crashed at ${crashedAt}`
      : error !== undefined
        ? `ended with ${error.code}: ${error.message}`
        : 'came to its end',
  ]
  return `run ${index + 1}: ${parts.join(', ')}`
}

function describeRequest({ method, url, status }: LoggedRequest): string {
  return `  ${method} ${decodeURIComponent(decodeURIComponent(url))} ${status}`
}

function describeEntry(entry: TraceEntry): string {
  if (entry.kind === 'file') return `  ${entry.operation} ${entry.path}`
  if (entry.kind !== 'delivering') return `  ${JSON.stringify(entry)}`
  return `  delivering ${entry.events.map((event) => Object.values(event).join(' ')).join(', ')}`
}
