import { createMetadataReader } from '@deltaverse/metadata'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { openEnvironment } from '../../environment/open-environment.js'
import { type FailedRead, type PlannedRead, planRead } from '../../plan/plan-pull.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'
import { writeTextFile } from '../../report/write-text-file.js'
import type { PullSettings } from '../pull/run-pull.js'
import { formatPullPage, formatPullPlan } from './format-pull-plan.js'

export interface PlanPullSettings {
  readonly pull: PullSettings
  readonly output: string | undefined
  readonly html: string | undefined
}

/** Says what a pull would read; reads no row, and writes nothing but the plan. */
export async function runPlanPull(
  { pull, output, html }: PlanPullSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const environment = await openEnvironment(pull.environment, context)
  try {
    const { client, counter } = environment
    const { signal } = context
    const { sink, pageSize, restart } = pull
    const metadata = createMetadataReader(client)
    const tables: (PlannedRead | FailedRead)[] = []
    for (const table of pull.tables) {
      try {
        tables.push(await planRead(table, { client, metadata, sink, pageSize, restart, signal }))
      } catch (error) {
        if (error instanceof UsageError || signal.aborted) throw error
        tables.push({ table: table.name, error: describeError(error) })
      }
    }
    const ok = tables.every((table) => !('error' in table) && table.reads !== 'refused')
    const { reads, writes } = counter.counts()
    const plan = {
      kind: 'pull',
      madeAt: new Date().toISOString(),
      from: pull.environment.url,
      to: sink.title,
      tables,
      requests: tables.reduce((sum, table) => sum + ('error' in table ? 0 : table.requests), 0),
      planning: reads + writes,
    } as const
    if (output !== undefined) await writeTextFile(output, `${JSON.stringify(plan, undefined, 1)}\n`)
    if (html !== undefined) await writeTextFile(html, formatPullPage(plan))
    const exitCode = ok ? exitCodes.done : exitCodes.partlyFailed
    return { report: { ok, exitCode, ...plan }, text: formatPullPlan(plan) }
  } finally {
    await environment.close()
  }
}
