import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { openEnvironment } from '../../environment/open-environment.js'
import { estimateCalls } from '../../plan/estimate-calls.js'
import { createPlanFile, type PlanEntry, type PlanHead } from '../../plan/plan-file.js'
import { createPlanPage } from '../../plan/plan-page.js'
import { planPush } from '../../plan/plan-push.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount } from '../../program/format-quantity.js'
import { openKnownRowsOf } from '../../push/known-rows.js'
import { preparePush } from '../../push/push-rows.js'
import type { RunPushSettings } from '../push/run-push.js'
import { formatPlan, shownEntries } from './format-plan.js'

export interface PlanSettings {
  readonly push: RunPushSettings
  /** Where the plan goes. */
  readonly output: string | undefined
  readonly html: string | undefined
}

/** Says what a push would do; reads, and writes nothing but the plan. */
export async function runPlan(
  { push: settings, output, html }: PlanSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const { terminal, signal } = context
  const environment = await openEnvironment(settings.environment, context)
  try {
    const push = await preparePush(environment, settings, signal)
    const { logicalName, entitySetName: entitySet, primaryIdColumn: primaryKey } = push.table
    const head: PlanHead = {
      version: 1,
      kind: 'push',
      madeAt: new Date().toISOString(),
      push: settings,
      table: { logicalName, entitySet, primaryKey },
    }
    const known = await openKnownRowsOf(environment.client.origin, push)
    const file = await createPlanFile(output, head)
    const page = html === undefined ? undefined : await createPlanPage(html, head)
    const shown: PlanEntry[] = []
    let done = 0
    try {
      const add = async (entry: PlanEntry): Promise<void> => {
        done += 1
        terminal.progress(`${logicalName}: ${formatCount(done)} rows compared`)
        if (entry.do !== 'unchanged' && shown.length < shownEntries) shown.push(entry)
        await file.add(entry)
        await page?.add(entry)
      }
      const withheld = await planPush(push, { environment, known, signal, add })
      await file.finish()
      const calls = estimateCalls(environment, file.counts)
      await page?.finish(file.counts)
      const report = {
        ok: true,
        exitCode: exitCodes.done,
        table: logicalName,
        plan: file.counts,
        calls,
        ...(withheld !== undefined && { withheld }),
        ...(output !== undefined && { output }),
        ...(html !== undefined && { html }),
      }
      return { report, text: formatPlan({ head, counts: file.counts, shown, calls, withheld, output }) }
    } finally {
      await file.close()
      await page?.close()
      await known?.close()
    }
  } finally {
    await environment.close()
  }
}
