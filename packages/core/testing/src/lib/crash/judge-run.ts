import { compareReads } from './compare-reads.js'
import { compareWithTable } from './compare-rows.js'
import type { RunOutcome } from './crash-machine.js'
import type { DeliveryBook } from './delivery-book.js'
import type { Problem } from './problem.js'
import { replay, type Versions } from './replay.js'
import type { SinkView } from './sink-view.js'
import type { KnownRow } from './version-book.js'

/** Errors that a fault of the service explains, after all retries. */
const faultCodes = new Set([
  'throttled',
  'unavailable',
  'service-failed',
  'no-response',
  'bad-response',
  'delta-token-expired',
])

/** What a run ended with that neither a crash nor a fault of the service explains. */
export function judgeEnd({ crashedAt, error, leftOpen = [] }: RunOutcome, isLast: boolean): Problem[] {
  if (leftOpen.length > 0) return [{ kind: 'stuck', message: `the run left open: ${leftOpen.join(', ')}` }]
  if (crashedAt !== undefined || error === undefined) return []
  if (!isLast && faultCodes.has(error.code)) return []
  return [{ kind: 'stuck', message: `the run ended with ${error.code}: ${error.message}` }]
}

/** What is known behind a run. */
export interface RunFacts {
  readonly outcome: RunOutcome
  readonly deliveries: DeliveryBook
  readonly view: SinkView
  /** The table that the sink now must hold, and its columns; absent while somebody writes, or behind a crash. */
  readonly table?: { readonly rows: readonly KnownRow[]; readonly columns: readonly string[] } | undefined
}

/** Says what is wrong behind a run that did not get stuck. */
export function judgeRun({ outcome, deliveries, view, table }: RunFacts): Problem[] {
  const problems = [
    ...(outcome.problems ?? []),
    ...judgeRivals(outcome),
    ...view.problems,
    ...judgeState(deliveries),
    ...judgeReaders(view, deliveries),
  ]
  if (outcome.crashedAt !== undefined || outcome.error !== undefined) return problems
  if (view.reads !== undefined) problems.push(...compareReads(view.reads, deliveries.committed))
  if (table !== undefined) problems.push(...compareWithTable(view.rows, table.rows, table.columns))
  return problems
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
    const { settled, current, underWay, inPlace } = replay(moment)
    for (const state of [settled, current, underWay, ...(view.isInPlace ? [inPlace] : [])]) {
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
