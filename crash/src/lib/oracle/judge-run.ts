import type { Machine, RunOutcome } from '../run/machine.js'
import { syncName } from '../run/run-sync.js'
import type { Scenario, Turn } from '../scenario.js'
import type { Service } from '../service/service.js'
import { compareReads } from './compare-reads.js'
import { compareWithTable } from './compare-rows.js'
import type { DeliveryBook } from './delivery-book.js'
import { inspectSink, type SinkView } from './inspect-sink.js'
import type { Problem } from './problem.js'
import { replay } from './replay.js'

/** Everything that is known behind a run. */
export interface RunFacts {
  readonly scenario: Scenario
  readonly machine: Machine
  readonly service: Service
  readonly deliveries: DeliveryBook
  readonly outcome: RunOutcome
  readonly turn: Turn
  /** Whether the run was let through with nobody writing, so that the sink must now hold the table. */
  readonly isLast: boolean
}

/** Errors that a fault of the service explains, after all retries. */
const faultCodes = new Set(['throttled', 'unavailable', 'service-failed', 'no-response', 'bad-response'])

/** Says what is wrong behind a run. */
export async function judgeRun(facts: RunFacts): Promise<Problem[]> {
  const { scenario, machine, service, deliveries, outcome, turn, isLast } = facts
  const stuck = judgeEnd(outcome, isLast)
  if (stuck.length > 0) return stuck
  const place = { files: machine.files(), directory: machine.directory, name: syncName }
  const view = await inspectSink(place, scenario.sink.mode, service.book)
  const problems = [...view.problems, ...judgeState(deliveries), ...judgeReaders(view, deliveries)]
  if (outcome.crashedAt !== undefined || outcome.error !== undefined) return problems
  if (view.reads !== undefined) problems.push(...compareReads(view.reads, deliveries.committed))
  if (isLast) problems.push(...compareWithTable(view.rows, service.rows(), turn.selection))
  return problems
}

function judgeEnd({ crashedAt, error }: RunOutcome, isLast: boolean): Problem[] {
  if (crashedAt !== undefined || error === undefined) return []
  if (!isLast && faultCodes.has(error.code)) return []
  return [{ kind: 'stuck', message: `the run ended with ${error.code}: ${error.message}` }]
}

/** A state that was saved and told so must be found by the next run. */
function judgeState({ duplicatesAfterCommit }: DeliveryBook): Problem[] {
  return Array.from({ length: duplicatesAfterCommit }, () => ({
    kind: 'repeated',
    message: 'a saved state is gone, so what was committed is delivered again',
  }))
}

/**
 * What a reader sees at this moment is what was committed, or that with what a run has delivered since: never a row of neither, and
 * never a full read that has got half-way.
 */
function judgeReaders(view: SinkView, { committed, attempts }: DeliveryBook): Problem[] {
  const before = replay(committed)
  const states = [before, ...attempts.map((attempt) => replay([...committed, ...attempt]))].flatMap(
    ({ settled, current }) => [settled, current],
  )
  const problems: Problem[] = []
  for (const { id, version } of view.rows.values()) {
    if (states.some((state) => state.get(id) === version)) continue
    const known = states.map((state) => state.get(id)).find((each) => each !== undefined)
    const message =
      known === undefined
        ? `row ${id} is there (version ${version}) though it was deleted`
        : `row ${id} is there in version ${version} though ${known} was committed`
    problems.push({ kind: 'lost', message })
  }
  for (const [id, version] of before.settled) {
    if (view.rows.has(id) || states.some((state) => !state.has(id))) continue
    problems.push({ kind: 'lost', message: `row ${id} (version ${version}) was committed and is not there` })
  }
  return problems
}
