import type { GovernorOptions, GovernorStats } from '@deltaverse/client'
import { createSeededRandom } from '@deltaverse/testing'
import { admit } from '../../src/lib/governor/admission/admission.js'
import { coreOf, createGovernor } from '../../src/lib/governor/create-governor.js'
import { createEventClock } from './event-clock.js'
import { createModelService, type ModelOptions, type ModelService } from './model-service.js'

export interface LoadOptions extends Omit<ModelOptions, 'clock' | 'random'> {
  readonly seed?: number
  readonly forMs: number
  /** Rows of a request; `'sized'` asks the sizer. */
  readonly rows: number | 'sized'
  readonly governor?: GovernorOptions
  /** Somebody else who uses the same user, at a pace of his own. */
  readonly neighbour?: { everyMs: number; rows: number }
  /** Changes of the service by the way. */
  readonly script?: (at: (atMs: number, callback: () => void) => void, service: ModelService) => void
}

export interface LoadResult {
  readonly rows: number
  readonly requests: number
  readonly refused: number
  readonly mostAtATime: number
  readonly neighbourSent: number
  readonly neighbourRefused: number
  readonly stats: GovernorStats
}

/** Keeps a governor busy with more workers than it lets through, for a stretch of model time. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const clock = createEventClock()
  const random = createSeededRandom(options.seed ?? 1).next
  const service = createModelService({ ...options, clock, random })
  const governor = createGovernor({ clock, random, ...options.governor })
  const core = coreOf(governor)
  options.script?.((atMs, callback) => void clock.at(atMs, callback), service)
  let over = false

  async function work(): Promise<void> {
    while (!over) {
      await admit([core], { deadlineMs: Number.POSITIVE_INFINITY })
      const sizer = governor.sizer('load')
      const rows = options.rows === 'sized' ? sizer.next() : options.rows
      const [sentMs, inFlightAtStart] = [clock.now(), core.inFlight()]
      const answer = await service.send(rows)
      const durationMs = clock.now() - sentMs
      core.observe({ ...answer, elapsedMs: durationMs, inFlightAtStart, kind: 'load', units: rows })
      if (answer.status === 429) core.refuse(answer)
      else sizer.record({ rows, durationMs, ok: true })
      core.leave()
    }
  }
  const { neighbour } = options
  const theirs = { sent: 0, refused: 0, rows: 0 }
  async function callAsNeighbour({ everyMs, rows }: { everyMs: number; rows: number }): Promise<void> {
    clock.at(clock.now() + everyMs, () => void callAsNeighbour({ everyMs, rows }))
    theirs.sent++
    const { status } = await service.send(rows)
    if (status === 429) theirs.refused++
    else theirs.rows += rows
  }
  if (neighbour !== undefined) clock.at(neighbour.everyMs, () => void callAsNeighbour(neighbour))
  for (let i = 0; i < 64; i++) void work()
  await clock.run(options.forMs)
  over = true
  const { rows, requests, refused, mostAtATime } = service.totals
  return {
    rows: rows - theirs.rows,
    requests: requests - theirs.sent,
    refused: refused - theirs.refused,
    mostAtATime,
    neighbourSent: theirs.sent,
    neighbourRefused: theirs.refused,
    stats: governor.stats(),
  }
}
