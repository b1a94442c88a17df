import { systemClock } from '@deltaverse/core'
import { createUpsertWriter, type DeadLetter, type WriteSummary } from '@deltaverse/dataverse'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type Environment, openEnvironment } from '../../environment/open-environment.js'
import { type OpenedPlan, openPlan, type PlanEntry } from '../../plan/plan-file.js'
import { plural } from '../../program/format-quantity.js'
import { createDeadLetterFile, type DeadLetterFile } from '../../push/dead-letter-file.js'
import { noOutcome, summarizeTables, type TableOutcome } from '../../report/table-outcome.js'
import { formatPush } from '../push/format-push.js'

type Entry = Record<string, unknown>

/** Does what a plan says and nothing else: a row that changed since it was made is a conflict, and is not overwritten. */
export async function runPlanned(path: string, context: CommandContext): Promise<CommandResult> {
  const plan = await openPlan(path)
  const { push, table, madeAt } = plan.head
  const environment = await openEnvironment(push.environment, context)
  try {
    context.terminal.say(`the plan of ${madeAt}: ${push.source.path} into ${table.logicalName}`)
    const report = summarizeTables([await carryOut(plan, environment, context)])
    return { report, text: formatPush(report) }
  } finally {
    await environment.close()
  }
}

async function carryOut(
  plan: OpenedPlan,
  environment: Environment,
  { signal }: CommandContext,
): Promise<TableOutcome> {
  const beganAtMs = systemClock.now()
  const { push, table } = plan.head
  const letters = createDeadLetterFile(push.deadLetters)
  const work: Work = { plan, environment, letters, signal }
  try {
    for await (const { letter } of plan.entries()) if (letter !== undefined) await letters.add(letter)
    const created = await write(work, 'create', 'create')
    const updated = await write(work, 'update', 'update')
    const deactivated = await write(work, 'deactivate', 'deactivate')
    const deleted = await write(work, 'delete', 'delete')
    const all = [created, updated, deactivated, deleted]
    const failed = all.reduce((sum, summary) => sum + summary.failed + summary.notRun, 0)
    const { reads, writes } = environment.counter.counts()
    const { create, update, unchanged, reject, deactivate, delete: gone } = plan.counts
    return {
      table: table.logicalName,
      entitySet: table.entitySet,
      ...noOutcome,
      rows: create + update + unchanged + reject + deactivate + gone,
      created: created.created + created.upserted,
      updated: updated.updated + updated.upserted,
      unchanged: unchanged + deactivated.unchanged + deleted.unchanged,
      deactivated: deactivated.updated + deactivated.upserted,
      deleted: deleted.deleted,
      failed: failed + reject,
      conflicts: letters.conflicts,
      requests: reads + writes,
      writes,
      seconds: (systemClock.now() - beganAtMs) / 1000,
      ...(letters.count > 0 && push.deadLetters !== undefined && { deadLetters: push.deadLetters }),
      ...(letters.conflicts > 0 && {
        withheld: `${plural(letters.conflicts, 'row')} changed since the plan was made, and ${letters.conflicts === 1 ? 'was' : 'were'} left as they are: make a new plan`,
      }),
    }
  } finally {
    await letters.close()
  }
}

interface Work {
  readonly plan: OpenedPlan
  readonly environment: Environment
  readonly letters: DeadLetterFile
  readonly signal: AbortSignal
}

async function write(
  { plan, environment, letters, signal }: Work,
  what: PlanEntry['do'],
  operation: 'create' | 'update' | 'deactivate' | 'delete',
): Promise<WriteSummary> {
  const { push, table } = plan.head
  const writer = createUpsertWriter<Entry>(environment.client, {
    entitySet: table.entitySet,
    operation,
    ...(operation === 'create' && { key: [...push.key] }),
    batchSize: push.batchSize,
    matchVersion: operation !== 'create',
  })
  const origins = new WeakMap<Entry, PlanEntry>()
  async function* rows(): AsyncGenerator<Entry, void, undefined> {
    for await (const entry of plan.entries()) {
      if (entry.do !== what || entry.row === undefined) continue
      const row =
        entry.version === undefined ? { ...entry.row } : { ...entry.row, '@odata.etag': entry.version }
      origins.set(row, entry)
      yield row
    }
  }
  return await writer.write(rows(), {
    signal,
    async onEvent(event) {
      if (event.kind !== 'row-failed') return
      await letters.add(toLetter(writer.toDeadLetter(event.result), origins.get(event.result.row), plan))
    },
  })
}

/** The letter of a planned row is one of the push: in the words of the source. */
function toLetter(
  letter: DeadLetter<Entry>,
  entry: PlanEntry | undefined,
  { head }: OpenedPlan,
): DeadLetter<object> {
  if (entry?.source === undefined) return letter
  const { source: row, place, key = letter.key } = entry
  const { operation } = head.push
  return { ...letter, operation, key, row, ...(place !== undefined && { place }) }
}
