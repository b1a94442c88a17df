import type { CrashMachine, RunOutcome } from './crash-machine.js'
import { createDeliveryBook, type DeliveryBook } from './delivery-book.js'
import { judgeEnd, judgeRun } from './judge-run.js'
import type { Problem } from './problem.js'
import type { SinkView } from './sink-view.js'
import type { Tally } from './tally.js'
import type { KnownRow } from './version-book.js'

/** What crashes are tried on: a source that changes, a sync, and a sink, whatever they are. */
export interface CrashTrial<Order> {
  /**
   * The runs, in order. Most crash. The last two are let through with nobody writing: the first of them ends what the last
   * crash left half-way, and behind the second the sink has to be the table.
   */
  readonly runs: readonly CrashRun<Order>[]
  readonly machine: CrashMachine<Order>
  /** Looks at the sink as its readers do, with none of the code that is judged. */
  look(): Promise<SinkView>
  /** The rows of the table now, straight from the service. */
  rows(): readonly KnownRow[]
}

/** One run of a sync. */
export interface CrashRun<Order> {
  /** What happens before it. */
  begin(): Promise<Order>
  /** The columns that it asks for. */
  readonly columns: readonly string[]
  /** In words, for the trail. */
  readonly words: readonly string[]
  /** What else is wrong, by what the run asked of the service. */
  judge?(order: Order, outcome: RunOutcome): readonly Problem[]
  /** What else there is to tell of it. */
  details?(outcome: RunOutcome): readonly string[]
}

/** What came of a trial. */
export interface CrashReport {
  readonly tally: Tally
  readonly problems: readonly Problem[]
  /** What happened, run by run. */
  readonly trail: readonly string[]
}

/** Carries a trial out: runs that crash, two that are let through, and a look at what is there behind each. */
export async function runCrashes<Order>(trial: CrashTrial<Order>): Promise<CrashReport> {
  const { runs, machine } = trial
  const deliveries = createDeliveryBook()
  const trail: string[] = []
  const problems: Problem[] = []
  let crashes = 0
  for (const [index, run] of runs.entries()) {
    const isLast = index === runs.length - 1
    const order = await run.begin()
    const outcome = await machine.run(order)
    for (const entry of outcome.trace) deliveries.take(entry)
    if (outcome.crashedAt !== undefined) crashes += 1
    const found = await judge(trial, run, { order, outcome, deliveries, isLast })
    trail.push(`run ${index + 1}: ${[...run.words, describeEnd(outcome)].join(', ')}`)
    trail.push(...(run.details?.(outcome) ?? []))
    for (const { kind, message } of found) trail.push(`  ${kind}: ${message}`)
    problems.push(...found)
    // What follows from a fault is no second one.
    if (found.length > 0) break
  }
  return { trail, problems, tally: tallyOf(crashes, problems, deliveries) }
}

interface Behind<Order> {
  readonly order: Order
  readonly outcome: RunOutcome
  readonly deliveries: DeliveryBook
  readonly isLast: boolean
}

async function judge<Order>(
  trial: CrashTrial<Order>,
  run: CrashRun<Order>,
  { order, outcome, deliveries, isLast }: Behind<Order>,
): Promise<Problem[]> {
  const stuck = judgeEnd(outcome, isLast)
  if (stuck.length > 0) return stuck
  const view = await trial.look()
  const table = isLast ? { rows: trial.rows(), columns: run.columns } : undefined
  return [...judgeRun({ outcome, deliveries, view, table }), ...(run.judge?.(order, outcome) ?? [])]
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

function describeEnd({ crashedAt, error }: RunOutcome): string {
  if (crashedAt !== undefined) return `crashed at ${crashedAt}`
  return error === undefined ? 'came to its end' : `ended with ${error.code}: ${error.message}`
}
