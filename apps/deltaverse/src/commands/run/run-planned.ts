import { systemClock } from '@deltaverse/core'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { type Environment, openEnvironment } from '../../environment/open-environment.js'
import { readOrganization } from '../../environment/read-organization.js'
import { carryOut } from '../../plan/carry-out.js'
import { type OpenedPlan, openPlan } from '../../plan/plan-file.js'
import { plural } from '../../program/format-quantity.js'
import { UsageError } from '../../program/usage-error.js'
import { createDeadLetterFile } from '../../push/dead-letter-file.js'
import { openKnownRowsOf } from '../../push/known-rows.js'
import { createPushProgress } from '../../push/push-progress.js'
import { tellingLetters } from '../../push/telling-letters.js'
import { noOutcome, summarizeTables, type TableOutcome } from '../../report/table-outcome.js'
import { formatPush } from '../push/format-push.js'

/** Does what a plan says and nothing else: a row that changed since it was made is a conflict, and is not overwritten. */
export async function runPlanned(path: string, context: CommandContext): Promise<CommandResult> {
  const plan = await openPlan(path)
  const environment = await openEnvironment(plan.head.push.environment, context)
  try {
    const { organization, push } = plan.head
    if ((await readOrganization(environment.client, context.signal)) !== organization) {
      throw new UsageError(
        `${path} was made for another environment than ${push.environment.url} is now: it was copied, restored or replaced. Make a new plan`,
      )
    }
    const report = summarizeTables([await runTable(plan, environment, context)])
    return { report, text: formatPush(report) }
  } finally {
    await environment.close()
  }
}

async function runTable(
  plan: OpenedPlan,
  environment: Environment,
  { tell, signal }: CommandContext,
): Promise<TableOutcome> {
  const beganAtMs = systemClock.now()
  const { push, table, madeAt } = plan.head
  const { logicalName } = table
  tell(
    { kind: 'table-began', table: logicalName, way: 'push', place: push.source.path },
    { level: 'info', text: `the plan of ${madeAt}: ${push.source.path} into ${logicalName}` },
  )
  const known = await openKnownRowsOf(environment.client.origin, { settings: push, table })
  const file = createDeadLetterFile(push.deadLetters)
  const letters = tellingLetters(file, tell, logicalName)
  const progress = createPushProgress(tell, { table: logicalName, failed: () => letters.count })
  try {
    const done = await carryOut({ plan, environment, letters, known, signal, onProgress: progress.note })
    progress.end()
    const { counts } = plan.summary
    const { reads, writes } = environment.counter.counts()
    const { created, updated, deactivated, deleted, already, failed } = done
    return {
      table: logicalName,
      entitySet: table.entitySet,
      ...noOutcome,
      rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
      created,
      updated,
      unchanged: counts.unchanged + counts.superseded + already,
      deactivated,
      deleted,
      failed: failed + counts.reject,
      conflicts: letters.conflicts,
      requests: reads + writes,
      writes,
      seconds: (systemClock.now() - beganAtMs) / 1000,
      ...(letters.count > 0 && push.deadLetters !== undefined && { deadLetters: push.deadLetters }),
      ...(letters.conflicts > 0 && {
        withheld: `${plural(letters.conflicts, 'row')} changed since the plan was made, and ${letters.conflicts === 1 ? 'was left as it is' : 'were left as they are'}: make a new plan`,
      }),
    }
  } catch (error) {
    progress.end(error)
    throw error
  } finally {
    await letters.close()
    await known?.close()
  }
}
