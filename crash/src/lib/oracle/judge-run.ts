import type { Machine, RunOutcome } from '../run/machine.js'
import type { RunOrder } from '../run/run-order.js'
import { syncName } from '../run/run-sync.js'
import type { Scenario, Turn } from '../scenario.js'
import type { Service } from '../service/service.js'
import { compareReads } from './compare-reads.js'
import { compareWithTable } from './compare-rows.js'
import type { DeliveryBook } from './delivery-book.js'
import { inspectSink } from './inspect-sink.js'
import { judgeResume } from './judge-resume.js'
import type { Problem } from './problem.js'
import { replay, type Versions } from './replay.js'
import type { SinkView } from './sink-view.js'

/** Everything that is known behind a run. */
export interface RunFacts {
  readonly scenario: Scenario
  readonly machine: Machine
  readonly service: Service
  readonly deliveries: DeliveryBook
  readonly order: RunOrder
  readonly outcome: RunOutcome
  readonly turn: Turn
  /** Whether the run was let through with nobody writing, so that the sink must now hold the table. */
  readonly isLast: boolean
}

/** Errors that a fault of the service explains, after all retries. */
const faultCodes = new Set([
  'throttled',
  'unavailable',
  'service-failed',
  'no-response',
  'bad-response',
  'delta-token-expired',
])

/** Says what is wrong behind a run. */
export async function judgeRun(facts: RunFacts): Promise<Problem[]> {
  const { scenario, machine, service, deliveries, order, outcome, turn, isLast } = facts
  const stuck = judgeEnd(outcome, isLast)
  if (stuck.length > 0) return stuck
  const place = { files: machine.files(), directory: machine.directory, name: syncName }
  const view = await inspectSink(place, scenario.sink.mode, service.book)
  const problems = [
    ...judgeRivals(outcome),
    ...view.problems,
    ...judgeState(deliveries),
    ...judgeResume(
      outcome.trace,
      service.requests().map(({ url }) => url),
      order,
    ),
    ...judgeReaders(view, deliveries),
  ]
  if (outcome.crashedAt !== undefined || outcome.error !== undefined) return problems
  if (view.reads !== undefined) problems.push(...compareReads(view.reads, deliveries.committed))
  if (isLast) problems.push(...compareWithTable(view.rows, service.rows(), turn.selection))
  return problems
}

function judgeEnd({ crashedAt, error, leftOpen = [] }: RunOutcome, isLast: boolean): Problem[] {
  if (leftOpen.length > 0) return [{ kind: 'stuck', message: `the run left open: ${leftOpen.join(', ')}` }]
  if (crashedAt !== undefined || error === undefined) return []
  if (!isLast && faultCodes.has(error.code)) return []
  return [{ kind: 'stuck', message: `the run ended with ${error.code}: ${error.message}` }]
}

/** Of two that work on one name at a time, the second is told so. */
function judgeRivals({ trace }: RunOutcome): Problem[] {
  const rivals = trace.filter((entry) => entry.kind === 'rival')
  return rivals
    .filter(({ error }) => error?.code !== 'conflict')
    .map(({ error }) => ({
      kind: 'stuck',
      message: `a second process was not refused: it ${error === undefined ? 'came to its end' : `ended with ${error.code}: ${error.message}`}`,
    }))
}

/** A state that was saved and told so must be found by the next run. */
function judgeState({ duplicatesAfterCommit }: DeliveryBook): Problem[] {
  return Array.from({ length: duplicatesAfterCommit }, () => ({
    kind: 'repeated',
    message: 'a saved state is gone, so what was committed is delivered again',
  }))
}

/**
 * What a reader sees at any moment is the table as of a commit: of one since the last that ended a read, as files may be
 * replaced only then. Never anything in between.
 */
function judgeReaders(view: SinkView, { moments }: DeliveryBook): Problem[] {
  const seen: Versions = new Map([...view.rows.values()].map(({ id, version }) => [id, version]))
  let fewest: Problem[] | undefined
  for (const moment of moments) {
    for (const state of Object.values(replay(moment)) as Versions[]) {
      const differences = compareVersions(seen, state)
      if (differences.length === 0) return []
      if (fewest === undefined || differences.length < fewest.length) fewest = differences
    }
  }
  return fewest ?? []
}

function compareVersions(seen: Versions, expected: Versions): Problem[] {
  const lost = (message: string): Problem => ({ kind: 'lost', message: `readers see no moment: ${message}` })
  const problems: Problem[] = []
  for (const [id, version] of expected) {
    const held = seen.get(id)
    if (held === undefined) problems.push(lost(`row ${id} (version ${version}) is missing`))
    else if (held !== version) problems.push(lost(`row ${id} is of version ${held}, not ${version}`))
  }
  for (const id of seen.keys()) if (!expected.has(id)) problems.push(lost(`row ${id} should not be there`))
  return problems
}
