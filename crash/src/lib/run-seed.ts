import type { SinkTestHost, SinkTestPlace } from '@deltaverse/core'
import type { LoggedRequest } from '@deltaverse/emulator'
import { createVirtualClock, type VirtualClock } from '@deltaverse/testing'
import {
  type CrashReport,
  type CrashRun,
  type RunOutcome,
  runCrashes,
  type TraceEntry,
} from '@deltaverse/testing/crash'
import type { Machine } from './run/machine.js'
import type { PlantName } from './run/plants.js'
import type { RunOrder } from './run/run-order.js'
import { syncName } from './run/sync-name.js'
import type { Scenario, Turn } from './scenario.js'
import { schemaOf, selections } from './service/item-table.js'
import { judgeResume } from './service/judge-resume.js'
import { type Service, startService } from './service/service.js'
import { viewOfContents } from './targets/view-of-contents.js'
import { startMs } from './time.js'

export interface SeedResult extends CrashReport {
  readonly seed: number
}

export interface SeedOptions {
  /** Name of a bug to plant, see `plants.ts`. */
  readonly plant?: PlantName | undefined
  /** Whether the trail tells of every request and delivery too. */
  readonly detailed?: boolean | undefined
}

/** Carries a scenario out on a machine, into the sink of a host. */
export async function runSeed(
  scenario: Scenario,
  machine: Machine,
  host: SinkTestHost,
  { plant, detailed }: SeedOptions = {},
): Promise<SeedResult> {
  const time = createVirtualClock(startMs)
  const service = await startService(scenario, time)
  const place = placeOf(scenario, machine)
  const settings = host.settings(place)
  // The one ends what the last crash has left half-way; what changed meanwhile may be told to the other only.
  const calm: Turn = { before: [], selection: scenario.turns.at(-1)?.selection ?? 'narrow', restart: false }
  const turns = [...scenario.turns, calm, calm]
  try {
    const report = await runCrashes<RunOrder>({
      runs: turns.map((turn, index) =>
        runOf(turn, index, { scenario, machine, service, settings, time, plant, detailed }),
      ),
      machine: {
        run: (order) =>
          machine.run(order, {
            onRequest(listener) {
              service.onRequest = listener
            },
            expireLease: () => host.expireLease(place),
          }),
        close: () => machine.close(),
      },
      look: async () => viewOfContents(await host.look(place), service.book),
      rows: () => service.rows(),
    })
    return { ...report, seed: scenario.seed, trail: [describeScenario(scenario), ...report.trail] }
  } finally {
    await service.close()
    await host.forget(place)
  }
}

function placeOf({ seed, sink }: Scenario, { directory, files }: Machine): SinkTestPlace {
  return {
    number: seed,
    table: { name: syncName, schema: schemaOf('wide') },
    ways: {
      mode: sink.mode,
      format: sink.format,
      isCompressed: sink.compression === 'gzip',
      isRotating: sink.rotating,
    },
    directory,
    files,
  }
}

interface RunParts {
  readonly scenario: Scenario
  readonly machine: Machine
  readonly service: Service
  readonly settings: RunOrder['settings']
  readonly time: VirtualClock
  readonly plant: PlantName | undefined
  readonly detailed: boolean | undefined
}

function runOf(turn: Turn, index: number, parts: RunParts): CrashRun<RunOrder> {
  const { scenario, service, detailed } = parts
  return {
    async begin() {
      for (const what of turn.before) await service.interfere(what)
      service.begin(index, index >= scenario.turns.length)
      return orderOf(turn, index, parts)
    },
    columns: selections[turn.selection],
    words: describeTurn(turn),
    judge: (order, { trace }) =>
      judgeResume(
        trace,
        service.requests().map(({ url }) => url),
        order,
      ),
    details: ({ trace }: RunOutcome) =>
      detailed ? [...service.requests().map(describeRequest), ...trace.map(describeEntry)] : [],
  }
}

function orderOf(
  turn: Turn,
  index: number,
  { scenario, machine, service, settings, time, plant, detailed }: RunParts,
): RunOrder {
  return {
    url: service.url,
    directory: machine.directory,
    fingerprintDirectory: machine.fingerprintDirectory,
    sink: scenario.sink,
    settings,
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
    ...(turn.freeze !== undefined && { freeze: turn.freeze }),
    ...(plant !== undefined && { plant }),
  }
}

function describeScenario({ way, sink, service, rows, slots, knowsEnvironment }: Scenario): string {
  const words = [
    way,
    sink.connector,
    sink.mode,
    sink.format,
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

function describeTurn(turn: Turn): readonly string[] {
  return [
    ...turn.before,
    turn.selection,
    ...(turn.restart ? ['restart'] : []),
    ...(turn.freeze?.wakeAt === undefined ? [] : [`woken at ${turn.freeze.wakeAt.at}`]),
    ...(turn.rival === undefined ? [] : [`rival at ${turn.rival.at} (${turn.rival.nth})`]),
  ]
}

function describeRequest({ method, url, status }: LoggedRequest): string {
  return `  ${method} ${decodeURIComponent(decodeURIComponent(url))} ${status}`
}

function describeEntry(entry: TraceEntry): string {
  if (entry.kind === 'file') return `  ${entry.operation} ${entry.path}`
  if (entry.kind !== 'delivering') return `  ${JSON.stringify(entry)}`
  return `  delivering ${entry.events.map((event) => Object.values(event).join(' ')).join(', ')}`
}
